{{/* What NATS is told; user and password come from the Secret, by the environment. */}}
{{- define "serai.natsConfiguration" -}}
server_name: serai
port: {{ .Values.global.nats.port }}
http_port: 8222
jetstream {
  store_dir: /data
  max_file_store: {{ .Values.nats.streamsMax }}
  max_memory_store: 32MB
}
authorization {
  user: $NATS_USER
  password: $NATS_PASSWORD_QUOTED
}
{{- end }}
