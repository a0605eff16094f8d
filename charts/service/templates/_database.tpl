{{/* Whether the database is somewhere else: "true" or nothing. */}}
{{- define "service.externalDatabase" -}}
{{- if or .Values.database.external.secret .Values.database.external.url }}true{{ end }}
{{- end }}

{{/*
The file `url` of an external database's role, for a volume: list $ (external or external.owner) KEY. Only the key with
the URL is taken, from the Secret that is named or from the one made of the plain URL, which has it under KEY.
*/}}
{{- define "service.urlFile" -}}
{{- $root := index . 0 }}{{ $role := index . 1 -}}
{{- $item := dict "key" (ternary $role.key (index . 2) (ne $role.secret "")) "path" "url" -}}
{{- dict "secretName" ($role.secret | default (printf "%s-db" $root.Chart.Name)) "items" (list $item) "defaultMode" 0440 | toJson }}
{{- end }}

{{/* The way to the database, for the network policy of whoever takes it. */}}
{{- define "service.databaseWay" -}}
- to:
    {{- if include "service.externalDatabase" . }}
    - {{ toJson .Values.database.external.peer }}
  ports: [{port: {{ .Values.database.external.port }}}]
    {{- else }}
    - podSelector:
        matchLabels:
          {{- include "service.databaseSelector" . | nindent 10 }}
  ports: [{port: 5432}]
    {{- end }}
{{- end }}

{{/* What a Secret of this namespace holds; nothing where there is none, or where charts are rendered without the cluster. */}}
{{- define "service.secretData" -}}
{{- dig "data" dict (lookup "v1" "Secret" (first .).Release.Namespace (last .) | default dict) | toJson }}
{{- end }}

{{/*
The passwords of the own database's roles, "password" and "owner_password": list $ KEY. The one that the Secret holds,
or one made now and the same in the whole render.
*/}}
{{- define "service.password" -}}
{{- $root := first . }}{{ $key := last . }}
{{- $made := printf "made_%s" $key }}
{{- if not (hasKey $root.Values $made) }}
{{- $kept := include "service.secretData" (list $root (printf "%s-db" $root.Chart.Name)) | fromJson }}
{{- $_ := set $root.Values $made (dig $key "" $kept | b64dec | default (randAlphaNum 32)) }}
{{- end }}
{{- index $root.Values $made }}
{{- end }}

{{/* Changes with what the service knows its database by, so that whoever read it starts again. */}}
{{- define "service.databaseChecksum" -}}
{{- $external := .Values.database.external }}
{{- $known := list $external.url $external.owner.url }}
{{- if include "service.externalDatabase" . }}
{{- range list $external $external.owner }}
{{- if .secret }}
{{- $known = append $known (dig .key "" (include "service.secretData" (list $ .secret) | fromJson)) }}
{{- end }}
{{- end }}
{{- else if .Values.global.secrets.create }}
{{- $known = append $known (include "service.password" (list . "password")) }}
{{- if .Values.database.owner }}
{{- $known = append $known (include "service.password" (list . "owner_password")) }}
{{- end }}
{{- else }}
{{- $known = append $known (include "service.secretData" (list . (printf "%s-db" .Chart.Name))) }}
{{- end }}
{{- join " " $known | sha256sum }}
{{- end }}
