{{/* The standard that Pod Security calls restricted, with what the values change of it: (list $ <user>) */}}
{{- define "berth.podSecurity" -}}
{{- $values := (index . 0).Values.podSecurity -}}
{{- $context := dict "runAsNonRoot" true "fsGroupChangePolicy" "OnRootMismatch" "seccompProfile" (dict "type" "RuntimeDefault") -}}
{{- if not $values.assignedIds -}}
{{- range list "runAsUser" "runAsGroup" "fsGroup" -}}
{{- $_ := set $context . (index $ 1) -}}
{{- end -}}
{{- end -}}
{{- mustMergeOverwrite $context (deepCopy $values.pod) | toYaml -}}
{{- end }}

{{/* The same for its containers; the argument is the root. */}}
{{- define "berth.containerSecurity" -}}
{{- $context := dict "allowPrivilegeEscalation" false "readOnlyRootFilesystem" true "capabilities" (dict "drop" (list "ALL")) -}}
{{- mustMergeOverwrite $context (deepCopy .Values.podSecurity.container) | toYaml -}}
{{- end }}

{{/* What every pod of ours has: (list $ "gate" <values of the part>) */}}
{{- define "berth.podSpec" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
enableServiceLinks: false
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
dnsConfig:
  options:
    # Every name with two dots or more is absolute: one query in place of five.
    - name: ndots
      value: "2"
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Pods of a part keep apart, over zones and over nodes: (list $ "gate") */}}
{{- define "berth.spread" -}}
{{- $selector := include "berth.selector" . -}}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - topologyKey: {{ . }}
    maxSkew: 1
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- $selector | nindent 8 }}
    matchLabelKeys: [pod-template-hash]
  {{- end }}
{{- end }}

{{/*
Probes of one HTTP port. They differ in what they mean: until `startup` passes once, nothing else counts, so a service
may wait for its stores and the schema; `readiness` asks whether it may get new work; `liveness` asks only whether its
loop turns, never a dependency. The values may change their times: (list $ <name of the port>)
*/}}
{{- define "berth.probes" -}}
{{- $probes := (index . 0).Values.probes -}}
{{- range $name, $path := dict "startup" "/healthz" "readiness" "/readyz" "liveness" "/healthz" }}
{{- $probe := dict "httpGet" (dict "path" $path "port" (index $ 1)) }}
{{ $name }}Probe:
  {{- mustMergeOverwrite $probe (deepCopy (index $probes $name)) | toYaml | nindent 2 }}
{{- end }}
{{- end }}

{{/* The families of addresses of a Service; without any the cluster's own choice. The argument is the root. */}}
{{- define "berth.ipFamilies" -}}
{{- with .Values.ipFamilies }}
ipFamilyPolicy: {{ ternary "RequireDualStack" "SingleStack" (gt (len .) 1) }}
ipFamilies:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* One pod of a part may be away at a time: (list $ "gate") */}}
{{- define "berth.disruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "berth.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  # A pod that is not ready serves nobody: it must not keep a node from being emptied.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "berth.selector" . | nindent 6 }}
{{- end }}

{{/* An account without rights and without a token: (list $ "gate") */}}
{{- define "berth.serviceAccount" -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "berth.metadata" . | nindent 2 }}
automountServiceAccountToken: false
{{- end }}
