{{/* What every pod has, the services' too: charts/service takes these from here. */}}

{{/* What the cluster shows a registry to get the images. */}}
{{- define "serai.pullSecrets" -}}
{{- with .Values.global.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - {name: {{ . }}}
  {{- end }}
{{- end }}
{{- end }}

{{/* Where a pod may run, by the values given. */}}
{{- define "serai.placement" -}}
{{- range $key := list "nodeSelector" "tolerations" "affinity" }}
{{- with index $ $key }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
