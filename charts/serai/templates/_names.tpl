{{- define "serai.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: serai
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ .Values.global.image.tag | default .Chart.AppVersion | splitList "@" | first | quote }}
{{- end }}

{{/* The host that people find us by. */}}
{{- define "serai.host" -}}
{{- .Values.global.publicUrl | trimPrefix "https://" | regexFind "^[^:]+" }}
{{- end }}

{{/* What every pod of ours is, whoever made its image. */}}
{{- define "serai.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end }}
{{- define "serai.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{/* An image that is not a service's: list $ "postgres". */}}
{{- define "serai.image" -}}
{{- $root := first . }}{{ $name := last . -}}
{{ index $root.Values.global.images $name | default (printf "%s/%s:%s" $root.Values.global.image.repository $name ($root.Values.global.image.tag | default $root.Chart.AppVersion)) }}
{{- end }}

{{/* Whether Prometheus runs: "true" or nothing. */}}
{{- define "serai.prometheus" -}}
{{- $said := .Values.prometheus.enabled }}
{{- if or $said (and (kindIs "invalid" $said) (has true (values .Values.tags)) (not .Values.global.prometheus.operatorNamespace)) }}true{{ end }}
{{- end }}

{{/* Whether an operator's Prometheus gets the rules: "true" or nothing. */}}
{{- define "serai.operator" -}}
{{- if and .Values.global.prometheus.operatorNamespace (has true (values .Values.tags)) }}true{{ end }}
{{- end }}

{{/* Whether there are boards for Grafana: "true" or nothing. */}}
{{- define "serai.boards" -}}
{{- $said := .Values.prometheus.boards }}
{{- if or $said (and (kindIs "invalid" $said) (include "serai.operator" .)) }}true{{ end }}
{{- end }}

{{/* Whether NATS runs: "true" or nothing. */}}
{{- define "serai.nats" -}}
{{- $said := .Values.nats.enabled }}
{{- if or $said (and (kindIs "invalid" $said) (has true (values .Values.tags))) }}true{{ end }}
{{- end }}

{{/*
Makes a shared Secret where there is none, and keeps what it holds where this release made it. One that someone
else made is left alone. list $ NAME (dict of what to put in a new one) [TYPE]
*/}}
{{- define "serai.secret" -}}
{{- $root := index . 0 }}{{ $name := index . 1 }}{{ $new := index . 2 }}
{{- $found := lookup "v1" "Secret" $root.Release.Namespace $name | default dict }}
{{- $owner := dig "metadata" "annotations" "meta.helm.sh/release-name" "" $found }}
{{- if or (not $found) (eq $owner $root.Release.Name) }}
apiVersion: v1
kind: Secret
metadata:
  name: {{ $name }}
  labels:
    {{- include "serai.labels" $root | nindent 4 }}
type: {{ index . 3 }}
data:
  {{- if $found }}
  {{- toYaml $found.data | nindent 2 }}
  {{- else }}
  {{- range $key, $value := $new }}
  {{ $key }}: {{ $value | b64enc }}
  {{- end }}
  {{- end }}
{{- end }}
{{- end }}
