{{- define "service.selector" -}}
app.kubernetes.io/name: k8s-service
app.kubernetes.io/instance: {{ .root.Values.layer }}-{{ .name }}
{{- end }}

{{- define "service.labels" -}}
{{ include "service.selector" . }}
opta.dev/module-name: {{ .name }}
opta.dev/layer-name: {{ .root.Values.layer }}
opta.dev/environment-name: {{ .root.Values.environment }}
{{- end }}

{{- define "service.metadata" -}}
namespace: {{ .root.Values.layer }}
labels:
  {{- include "service.labels" . | nindent 2 }}
  app.kubernetes.io/version: {{ .root.Values.tag | quote }}
  app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end }}
