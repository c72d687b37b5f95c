{{/*
Name of a part's objects: (list $ "gate"). The longest of a part is that of the migration's Job, 19 more than the
release's, and has to fit into a label's 63; Helm allows a release 53, so a long one gives way to its hash.
*/}}
{{- define "berth.name" -}}
{{- $release := (index . 0).Release.Name -}}
{{- if gt (len $release) 44 -}}
{{- $release = printf "%s-%s" ($release | trunc 35 | trimSuffix "-") ($release | sha256sum | trunc 8) -}}
{{- end -}}
{{- printf "%s-%s" $release (index . 1) -}}
{{- end }}

{{/* Host by which a part is found, absolute, so that no search domain is tried: (list $ "gate") */}}
{{- define "berth.host" -}}
{{- $root := index . 0 -}}
{{- printf "%s.%s.svc.%s" (include "berth.name" .) $root.Release.Namespace $root.Values.clusterDomain -}}
{{- end }}

{{/* What selects the pods of a part: (list $ "gate") */}}
{{- define "berth.selector" -}}
app.kubernetes.io/name: berth
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* Labels of an object. Those that change with the chart are not on pods, which would all be replaced. */}}
{{- define "berth.labels" -}}
{{ include "berth.selector" . }}
app.kubernetes.io/part-of: berth
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (index . 0).Chart.Name (index . 0).Chart.Version }}
{{- end }}

{{/* Name, namespace and labels of an object: (list $ "gate") */}}
{{- define "berth.metadata" -}}
name: {{ include "berth.name" . }}
namespace: {{ (index . 0).Release.Namespace }}
labels:
  {{- include "berth.labels" . | nindent 2 }}
{{- end }}

{{/* Image of an app: (list $ "gate") */}}
{{- define "berth.image" -}}
{{- $image := (index . 0).Values.image -}}
{{- $digest := index $image.digests (index . 1) -}}
{{- if $digest -}}
{{- printf "%s/%s@%s" $image.repository (index . 1) $digest -}}
{{- else -}}
{{- printf "%s/%s:%s" $image.repository (index . 1) ($image.tag | default (index . 0).Chart.AppVersion) -}}
{{- end -}}
{{- end }}
