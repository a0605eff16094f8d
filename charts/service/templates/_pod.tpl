{{/* How long it stays on a node that is lost. */}}
{{- define "service.lostNode" -}}
{{- range list "not-ready" "unreachable" }}
- {key: node.kubernetes.io/{{ . }}, operator: Exists, effect: NoExecute, tolerationSeconds: {{ $.Values.tolerationSeconds }}}
{{- end }}
{{- end }}

{{/*
The pod of the service, for its Deployment and for its Jobs: dict "root" $ "args" (list) "server" (bool). A server has
probes and is spread; they differ in nothing else, so that a Job sees the settings and secrets the service sees.
*/}}
{{- define "service.pod" -}}
{{- $root := .root -}}
{{- with $root -}}
automountServiceAccountToken: false
enableServiceLinks: false
serviceAccountName: {{ .Chart.Name }}
terminationGracePeriodSeconds: {{ .Values.graceSeconds }}
securityContext:
  {{- include "serai.podSecurity" . | nindent 2 }}
{{- include "serai.pullSecrets" . }}
{{- include "serai.placement" (dict "nodeSelector" .Values.nodeSelector "affinity" .Values.affinity
      "tolerations" (concat .Values.tolerations (include "service.lostNode" . | fromYamlArray))) }}
{{- with .Values.priorityClass }}
priorityClassName: {{ . }}
{{- end }}
{{- if $.server }}
{{- include "service.spread" . }}
{{- end }}
containers:
  - name: {{ .Chart.Name }}
    image: {{ include "service.image" . | quote }}
    imagePullPolicy: {{ .Values.global.image.pullPolicy }}
    {{- with $.args }}
    args: {{ toJson . }}
    {{- end }}
    ports:
      {{- range $name, $port := .Values.ports }}
      - {name: {{ $name }}, containerPort: {{ $port }}}
      {{- end }}
    env:
      - {name: PUBLIC_URL, value: {{ .Values.global.publicUrl | quote }}}
      - {name: INTERNAL_TOKEN_FILE, value: /run/secrets/internal/token}
      - {name: DRAIN_MS, value: {{ mul .Values.drainSeconds 1000 | quote }}}
      {{- range $called := index .Values.global.calls .Chart.Name }}
      {{- with index $root.Values.global.outside $called }}
      {{- if has $root.Chart.Name .callers }}
      - {name: {{ upper $called }}_URL, value: {{ .url | quote }}}
      {{- end }}
      {{- else }}
      {{- if $root.Values.balances }}
      - {name: {{ upper $called }}_ADDRESS, value: "{{ $called }}-pods.{{ $root.Release.Namespace }}.svc.{{ $root.Values.global.clusterDomain }}:8080"}
      {{- else }}
      - {name: {{ upper $called }}_URL, value: "http://{{ $called }}-pods:8080"}
      {{- end }}
      {{- end }}
      {{- end }}
      {{- if .Values.database.enabled }}
      {{- if include "service.externalDatabase" . }}
      - {name: DATABASE_URL_FILE, value: /run/secrets/database/url}
      {{- if .Values.database.owner }}
      - {name: DATABASE_OWNER_URL_FILE, value: /run/secrets/database-owner/url}
      {{- end }}
      {{- else }}
      {{- range list "host" "port" "dbname" "username" "password" }}
      - {name: DATABASE_{{ index (dict "dbname" "NAME" "username" "USER") . | default (upper .) }}_FILE, value: /run/secrets/database/{{ . }}}
      {{- end }}
      {{- if .Values.database.owner }}
      - {name: DATABASE_OWNER_USER_FILE, value: /run/secrets/database/owner_username}
      - {name: DATABASE_OWNER_PASSWORD_FILE, value: /run/secrets/database/owner_password}
      {{- end }}
      {{- end }}
      {{- end }}
      {{- if include "service.events" . }}
      - {name: NATS_URL_FILE, value: /run/secrets/nats/url}
      {{- end }}
      {{- range $name, $value := .Values.env }}
      - {name: {{ $name }}, value: {{ tpl (toString $value) $root | quote }}}
      {{- end }}
    {{- if $.server }}
    # It answers only when its database is there and migrated, which the first time takes a while.
    startupProbe:
      httpGet: {path: /health, port: {{ .Values.probePort }}}
      periodSeconds: 1
      timeoutSeconds: 2
      failureThreshold: {{ .Values.startSeconds }}
    readinessProbe:
      httpGet: {path: /ready, port: {{ .Values.probePort }}}
      periodSeconds: 2
      timeoutSeconds: 2
      failureThreshold: 2
    livenessProbe:
      httpGet: {path: /health, port: {{ .Values.probePort }}}
      periodSeconds: 10
      timeoutSeconds: 5
      failureThreshold: 3
    {{- end }}
    resources:
      {{- toYaml .Values.resources | nindent 6 }}
    securityContext:
      {{- include "serai.containerSecurity" . | nindent 6 }}
    volumeMounts:
      - {name: internal, mountPath: /run/secrets/internal, readOnly: true}
      {{- if .Values.database.enabled }}
      - {name: database, mountPath: /run/secrets/database, readOnly: true}
      {{- if and .Values.database.owner (include "service.externalDatabase" .) }}
      - {name: database-owner, mountPath: /run/secrets/database-owner, readOnly: true}
      {{- end }}
      {{- end }}
      {{- if include "service.events" . }}
      - {name: nats, mountPath: /run/secrets/nats, readOnly: true}
      {{- end }}
      {{- range $name, $file := .Values.files }}
      - {name: {{ $name }}, mountPath: {{ $file.path }}, readOnly: true}
      {{- end }}
volumes:
  - name: internal
    secret: {secretName: {{ .Values.global.secrets.internalToken }}, defaultMode: 0440}
  {{- if .Values.database.enabled }}
  {{- $external := .Values.database.external }}
  {{- if include "service.externalDatabase" . }}
  - name: database
    secret: {{ include "service.urlFile" (list . $external "uri") }}
  {{- if .Values.database.owner }}
  - name: database-owner
    secret: {{ include "service.urlFile" (list . $external.owner "owner-uri") }}
  {{- end }}
  {{- else }}
  - name: database
    secret: {secretName: {{ .Chart.Name }}-db, defaultMode: 0440}
  {{- end }}
  {{- end }}
  {{- if include "service.events" . }}
  - name: nats
    secret:
      secretName: {{ .Values.global.secrets.nats }}
      items: [{key: url, path: url}]
      defaultMode: 0440
  {{- end }}
  {{- range $name, $file := .Values.files }}
  - name: {{ $name }}
    secret:
      secretName: {{ tpl $file.secret $root }}
      {{- with $file.keys }}
      items:
        {{- range . }}
        - {key: {{ . }}, path: {{ . }}}
        {{- end }}
      {{- end }}
      defaultMode: 0440
  {{- end }}
{{- end }}
{{- end }}
