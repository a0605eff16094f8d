{{/* One word names the service as Deployment, Service, image and label: the alias in charts/serai/Chart.yaml. */}}

{{/* What selects the running service; it never changes. `component` is server, database, seed or cron. */}}
{{- define "service.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/component: server
{{- end }}

{{- define "service.databaseSelector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/component: database
{{- end }}

{{- define "service.seedSelector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/component: seed
{{- end }}

{{- define "service.cronSelector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/component: cron
{{- end }}

{{/* Labels for people and tools. They are on the objects and not on the pods, which a new chart version must not restart. */}}
{{- define "service.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: serai
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ include "service.tag" . | splitList "@" | first | quote }}
{{- end }}

{{- define "service.tag" -}}
{{- if not .Values.global.image }}
{{- fail "charts/service is no release by itself. One service alone: helm install product charts/serai --set tags.all=false,product.enabled=true" }}
{{- end -}}
{{ .Values.image.tag | default .Values.global.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "service.image" -}}
{{ .Values.global.image.repository }}/{{ .Chart.Name }}:{{ include "service.tag" . }}
{{- end }}

{{- define "service.postgresImage" -}}
{{ .Values.global.images.postgres | default (printf "%s/postgres:%s" .Values.global.image.repository (.Values.global.image.tag | default .Chart.AppVersion)) }}
{{- end }}

{{/* Whether it tells or hears events: "true" or nothing. */}}
{{- define "service.events" -}}
{{- if has .Chart.Name .Values.global.events }}true{{ end }}
{{- end }}
