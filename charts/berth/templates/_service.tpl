{{/*
The Deployment of one of our services. Its variables come from the template `berth.<app>.env`.
Arguments: root, app, ports (name → number, `ops` has the probes), graceSeconds, and optionally preStopSeconds,
unmanagedReplicas (something else scales it), maxSurge, token (a mounted token of the service account), recreate (the pod
before ends first), volumes (name → volume) and mounts (name → path).
*/}}
{{- define "berth.deployment" -}}
{{- $root := .root -}}
{{- $part := list .root .app -}}
{{- $values := index .root.Values .app -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "berth.metadata" $part | nindent 2 }}
spec:
  {{- if not .unmanagedReplicas }}
  replicas: {{ $values.replicas }}
  {{- end }}
  revisionHistoryLimit: 5
  selector:
    matchLabels:
      {{- include "berth.selector" $part | nindent 6 }}
  strategy:
    {{- if .recreate }}
    type: Recreate
    {{- else }}
    type: RollingUpdate
    rollingUpdate:
      maxUnavailable: 0
      maxSurge: {{ .maxSurge | default 1 }}
    {{- end }}
  template:
    metadata:
      labels:
        {{- include "berth.selector" $part | nindent 8 }}
        {{- with $values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      annotations:
        checksum/secrets: {{ include "berth.secretsChecksum" $part }}
        {{- with $values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      serviceAccountName: {{ include "berth.name" $part }}
      automountServiceAccountToken: {{ .token | default false }}
      terminationGracePeriodSeconds: {{ .graceSeconds }}
      {{- include "berth.podSpec" (append $part $values) | nindent 6 }}
      securityContext:
        {{- include "berth.podSecurity" (list $root 65532) | nindent 8 }}
      {{- include "berth.spread" $part | nindent 6 }}
      containers:
        - name: {{ .app }}
          image: {{ include "berth.image" $part }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          ports:
            {{- range $name, $port := .ports }}
            - {name: {{ $name }}, containerPort: {{ $port }}}
            {{- end }}
          env:
            {{- include "berth.env" $part | nindent 12 }}
          {{- include "berth.probes" (list $root "ops") | trim | nindent 10 }}
          {{- with .preStopSeconds }}
          lifecycle:
            preStop:
              sleep:
                seconds: {{ . }}
          {{- end }}
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          securityContext:
            {{- include "berth.containerSecurity" $root | nindent 12 }}
          volumeMounts:
            {{- include "berth.secretMounts" $part | nindent 12 }}
            {{- range $name, $path := .mounts }}
            - {name: {{ $name }}, mountPath: {{ $path }}}
            {{- end }}
      volumes:
        {{- include "berth.secretVolumes" $part | nindent 8 }}
        {{- range $name, $volume := .volumes }}
        - {{ merge (dict "name" $name) $volume | toJson }}
        {{- end }}
{{- end }}

{{/* All variables of a service; those that the chart sets itself cannot be set again: (list $ "gate") */}}
{{- define "berth.env" -}}
{{- $root := index . 0 -}}
{{- $app := index . 1 -}}
{{- $set := printf "%s\n%s\n%s" (include "berth.env.all" $root) (include (printf "berth.%s.env" $app) $root) (include "berth.secretEnv" . | trim) -}}
{{- $names := list -}}
{{- range fromYamlArray $set -}}
{{- $names = append $names .name -}}
{{- end -}}
{{- $set -}}
{{- range $name, $value := (index $root.Values $app).env -}}
{{- if or (has $name $names) (has (printf "%s_FILE" $name) $names) -}}
{{- fail (printf "%s.env.%s: the chart sets %s itself; use the value that it belongs to" $app $name $name) -}}
{{- end }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end -}}
{{- end }}

{{- define "berth.env.all" -}}
- name: LOG_LEVEL
  value: {{ .Values.logLevel }}
{{- if .Values.tracing.endpoint }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .Values.tracing.endpoint }}
- name: OTEL_TRACES_SAMPLER_ARG
  value: {{ .Values.tracing.share | quote }}
{{- end }}
{{- end }}

{{/*
A Service that others call by gRPC: (list $ "status" 50052 9102). It has an address of its own, which is there before its
pods and leads to those that are ready: names of single pods are remembered by DNS after they have gone, and for as long
that they are not there yet.
*/}}
{{- define "berth.grpcService" -}}
{{- $part := list (index . 0) (index . 1) -}}
apiVersion: v1
kind: Service
metadata:
  {{- include "berth.metadata" $part | nindent 2 }}
spec:
  {{- with include "berth.ipFamilies" (index . 0) }}{{ . | trim | nindent 2 }}{{ end }}
  selector:
    {{- include "berth.selector" $part | nindent 4 }}
  ports:
    - {name: grpc, port: {{ index . 2 }}, targetPort: grpc}
    - {name: ops, port: {{ index . 3 }}, targetPort: ops}
{{- end }}
