{{/* The port at which a service answers /metrics: list $ SERVICE. */}}
{{- define "serai.metricsPort" -}}
{{- $root := first . }}{{ $values := index $root.Values (last .) | default dict -}}
{{ dig "ports" ($values.probePort | default "http") 8080 $values }}
{{- end }}

{{/* One job for each service in the call graph, installed here or as a release of its own. */}}
{{- define "serai.prometheusConfiguration" -}}
global:
  scrape_interval: {{ .Values.prometheus.interval }}
  scrape_timeout: {{ .Values.prometheus.interval }}
rule_files: [/etc/serai/rules/*.yaml]
{{- with .Values.prometheus.alertmanagers }}
alerting:
  alertmanagers:
    - static_configs:
        - targets: {{ toJson . }}
{{- end }}
scrape_configs:
  {{- range $service, $_ := .Values.global.calls }}
  {{- if not (hasKey $.Values.global.outside $service) }}
  - job_name: {{ $service }}
    dns_sd_configs:
      - names: [{{ $service }}-all.{{ $.Release.Namespace }}.svc.{{ $.Values.global.clusterDomain }}]
        type: A
        port: {{ include "serai.metricsPort" (list $ $service) }}
        refresh_interval: {{ $.Values.prometheus.interval }}
    relabel_configs:
      - {target_label: site, replacement: {{ $.Release.Namespace }}}
  {{- end }}
  {{- end }}
  - job_name: prometheus
    static_configs:
      - targets: ["localhost:9090"]
{{- end }}
