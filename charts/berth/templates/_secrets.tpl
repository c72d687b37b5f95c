{{/* Which Secrets an app reads, besides its certificate. */}}
{{- define "berth.secretsOf" -}}
{{- get (dict "gate" "mysql redis sessionKeys" "verify" "redis smtp codes" "status" "mysql redis tickets operator" "chat" "mysql redis" "files" "mysql sessionPublicKeys linkSecret" "migrate" "mysql") . -}}
{{- end }}

{{/* The variable that names the file of a Secret. */}}
{{- define "berth.secretVariable" -}}
{{- get (dict "mysql" "MYSQL_URL_FILE" "redis" "REDIS_URL_FILE" "smtp" "SMTP_URL_FILE" "codes" "CODE_SECRET_FILE" "tickets" "TICKET_SECRET_FILE" "operator" "OPERATOR_TOKEN_FILE" "sessionKeys" "SESSION_KEYS_FILE" "sessionPublicKeys" "SESSION_PUBLIC_KEYS_FILE" "linkSecret" "LINK_SECRET_FILE") . -}}
{{- end }}

{{/* Whether an app has a certificate of its own: (list $ "gate") */}}
{{- define "berth.hasCertificate" -}}
{{- if and (index . 0).Values.serviceTls.enabled (not (has (index . 1) (list "migrate" "files"))) }}yes{{ end -}}
{{- end }}

{{/* Volumes with the Secrets of an app, each a file: (list $ "gate") */}}
{{- define "berth.secretVolumes" -}}
{{- $root := index . 0 -}}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- range $name := splitList " " (include "berth.secretsOf" (index . 1)) }}
      {{- $secret := index $root.Values $name }}
      {{- if $secret.existingSecret }}
      - secret:
          name: {{ $secret.existingSecret }}
          items:
            - {key: {{ $secret.key | quote }}, path: {{ kebabcase $name }}}
      {{- end }}
      {{- if and $secret.authority $secret.authority.existingSecret }}
      - secret:
          name: {{ $secret.authority.existingSecret }}
          items:
            - {key: {{ $secret.authority.key | quote }}, path: {{ $name }}-ca.crt}
      {{- end }}
      {{- end }}
{{- if include "berth.hasCertificate" . }}
- name: certificate
  secret:
    secretName: {{ (index $root.Values.serviceTls (index . 1)).existingSecret }}
    defaultMode: 0440
{{- end }}
{{- end }}

{{- define "berth.secretMounts" -}}
- {name: secrets, mountPath: /run/secrets/berth, readOnly: true}
{{- if include "berth.hasCertificate" . }}
- {name: certificate, mountPath: /run/secrets/certificate, readOnly: true}
{{- end }}
{{- end }}

{{/* Variables that name those files: (list $ "gate") */}}
{{- define "berth.secretEnv" -}}
{{- $root := index . 0 -}}
{{- range $name := splitList " " (include "berth.secretsOf" (index . 1)) }}
{{- $secret := index $root.Values $name }}
{{- if $secret.existingSecret }}
- name: {{ include "berth.secretVariable" $name }}
  value: /run/secrets/berth/{{ kebabcase $name }}
{{- end }}
{{- if and $secret.authority $secret.authority.existingSecret }}
- name: {{ upper $name }}_TLS_CA_FILE
  value: /run/secrets/berth/{{ $name }}-ca.crt
{{- end }}
{{- if and (eq $name "mysql") $secret.authority.existingSecret (not $secret.tlsVerifyIdentity) }}
- name: MYSQL_TLS_VERIFY_IDENTITY
  value: "false"
{{- end }}
{{- if and (eq $name "mysql") $secret.allowWeakDurability }}
- name: MYSQL_ALLOW_WEAK_DURABILITY
  value: "true"
{{- end }}
{{- end }}
{{- if include "berth.hasCertificate" . }}
{{- range $variable, $file := dict "CERT" "tls.crt" "KEY" "tls.key" "CA" "ca.crt" }}
- name: GRPC_TLS_{{ $variable }}_FILE
  value: /run/secrets/certificate/{{ $file }}
{{- end }}
{{- else if has (index . 1) (list "verify" "status" "chat") }}
- name: GRPC_TLS
  value: "off"
{{- end }}
{{- end }}

{{/*
What changes when a Secret that an app reads at its start does, so that its pods are replaced: (list $ "gate"). The
keys of session tokens are left out, as gate reads them again.
*/}}
{{- define "berth.secretsChecksum" -}}
{{- $root := index . 0 -}}
{{- $known := list -}}
{{- range $name := splitList " " (include "berth.secretsOf" (index . 1) | replace " sessionKeys" "" | replace " sessionPublicKeys" "") -}}
{{- with index $root.Values $name -}}
{{- if .existingSecret -}}
{{- $known = append $known .checksum -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if include "berth.hasCertificate" . -}}
{{- $known = append $known (index $root.Values.serviceTls (index . 1)).checksum -}}
{{- end -}}
{{- join "\n" $known | sha256sum -}}
{{- end }}
