{{/* One word names the service as Deployment, Service, image and label: the alias in charts/serai/Chart.yaml. */}}

{{/* What selects the running service; it never changes. `component` is server, database or seed. */}}
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

{{/* Labels for people and tools. They are on the objects and not on the pods, which a new chart version must not restart. */}}
{{- define "service.labels" -}}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/part-of: serai
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/version: {{ include "service.tag" . | quote }}
{{- end }}

{{- define "service.tag" -}}
{{ .Values.image.tag | default .Values.global.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "service.image" -}}
{{ .Values.global.image.repository }}/{{ .Chart.Name }}:{{ include "service.tag" . }}
{{- end }}

{{- define "service.postgresImage" -}}
{{ .Values.global.images.postgres | default (printf "%s/postgres:%s" .Values.global.image.repository (.Values.global.image.tag | default .Chart.AppVersion)) }}
{{- end }}

{{/* The database's password: the one that the Secret holds, or one made now and the same in the whole render. */}}
{{- define "service.password" -}}
{{- if not (hasKey .Values "madePassword") }}
{{- $secret := lookup "v1" "Secret" .Release.Namespace (printf "%s-db" .Chart.Name) }}
{{- $kept := dig "data" "password" "" (default dict $secret) | b64dec }}
{{- $_ := set .Values "madePassword" ($kept | default (randAlphaNum 32)) }}
{{- end }}
{{- .Values.madePassword }}
{{- end }}
