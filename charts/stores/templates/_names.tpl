{{/*
Name of a store's objects: (list $ "mysql"). Pods of a StatefulSet carry its name and a hash as a label of at most 63, which
leaves it 52; Helm allows a release 53, so a long one gives way to its hash.
*/}}
{{- define "stores.name" -}}
{{- $release := (index . 0).Release.Name -}}
{{- if gt (len $release) 46 -}}
{{- $release = printf "%s-%s" ($release | trunc 37 | trimSuffix "-") ($release | sha256sum | trunc 8) -}}
{{- end -}}
{{- printf "%s-%s" $release (index . 1) -}}
{{- end }}

{{- define "stores.selector" -}}
app.kubernetes.io/name: stores
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "stores.metadata" -}}
name: {{ include "stores.name" . }}
namespace: {{ (index . 0).Release.Namespace }}
labels:
  {{- include "stores.selector" . | nindent 2 }}
  app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
  helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version }}
{{- end }}

{{/* The standard that Pod Security calls restricted; the user is that of the official image: (list $ 999) */}}
{{- define "stores.podSecurity" -}}
{{- $values := (index . 0).Values.podSecurity -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- $context := dict "runAsNonRoot" true "seccompProfile" (dict "type" "RuntimeDefault") }}
  {{- if not $values.assignedIds }}
  {{- range list "runAsUser" "runAsGroup" "fsGroup" }}
  {{- $_ := set $context . (index $ 1) }}
  {{- end }}
  {{- end }}
  {{- mustMergeOverwrite $context (deepCopy $values.pod) | toYaml | nindent 2 }}
{{- end }}

{{- define "stores.containerSecurity" -}}
{{- $context := dict "allowPrivilegeEscalation" false "readOnlyRootFilesystem" true "capabilities" (dict "drop" (list "ALL")) -}}
{{- mustMergeOverwrite $context (deepCopy .Values.podSecurity.container) | toYaml -}}
{{- end }}

{{/* The three probes of a container, with what the values change of their times: (list $ <probes by name>) */}}
{{- define "stores.probes" -}}
{{- $values := (index . 0).Values.probes -}}
{{- range $name, $probe := index . 1 }}
{{ $name }}:
  {{- mustMergeOverwrite (deepCopy $probe) (deepCopy (index $values (trimSuffix "Probe" $name))) | toYaml | nindent 2 }}
{{- end }}
{{- end }}

{{/* Bytes of a quantity of Kubernetes, such as 512Mi. */}}
{{- define "stores.bytes" -}}
{{- $units := dict "" 1 "k" 1000 "M" 1000000 "G" 1000000000 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 -}}
{{- $number := regexFind "^[0-9.]+" (toString .) -}}
{{- $unit := toString . | trimPrefix $number -}}
{{- if or (not $number) (not (hasKey $units $unit)) -}}
{{- fail (printf "\n\n%s: expected a quantity such as 512Mi\n" (toString .)) -}}
{{- end -}}
{{- mulf (float64 $number) (get $units $unit) | int64 -}}
{{- end }}

{{/* The volume of a store, which outlives the release; the argument is the values of the store. */}}
{{- define "stores.claim" -}}
volumeClaimTemplates:
  - metadata: {name: data}
    spec:
      accessModes: [ReadWriteOnce]
      {{- with .storageClass }}
      storageClassName: {{ . }}
      {{- end }}
      resources: {requests: {storage: {{ .size }}}}
{{- end }}
