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
