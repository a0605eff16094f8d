{{/* Where a pod may run: the values of the service, or of its database. */}}
{{- define "service.placement" -}}
{{- range $key := list "nodeSelector" "tolerations" "affinity" }}
{{- with index $ $key }}
{{ $key }}:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}

{{/*
Copies of one version apart from each other: while a new version comes in, the old one's copies do not count. Nodes that
take no pods, such as those being drained, do not count either.
*/}}
{{- define "service.spread" -}}
{{- $wishes := dict "kubernetes.io/hostname" .Values.spread.nodes "topology.kubernetes.io/zone" .Values.spread.zones }}
{{- if ne (values $wishes | uniq | join "") "none" }}
topologySpreadConstraints:
  {{- range $key, $wish := $wishes }}
  {{- if ne $wish "none" }}
  - topologyKey: {{ $key }}
    maxSkew: 1
    whenUnsatisfiable: {{ ternary "DoNotSchedule" "ScheduleAnyway" (eq $wish "require") }}
    nodeTaintsPolicy: Honor
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- include "service.selector" $ | nindent 8 }}
  {{- end }}
  {{- end }}
{{- end }}
{{- end }}

{{/* What the cluster shows a registry to get the images. */}}
{{- define "service.pullSecrets" -}}
{{- with .Values.global.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - {name: {{ . }}}
  {{- end }}
{{- end }}
{{- end }}
