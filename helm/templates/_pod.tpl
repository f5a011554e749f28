{{/* What the service's pod, the migration's and the test's have in common. `.volume` is how the ledger is kept there. */}}
{{- define "returns.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "returns.container" -}}
image: {{ include "returns.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  privileged: false
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  capabilities:
    drop: [ALL]
{{- $rackLabel := ternary "" .Values.kafkaRack.podLabel (ne .Values.config.kafka.client_rack "") }}
{{- if or .Values.env .Values.secretEnv $rackLabel }}
env:
  {{- range $name, $value := .Values.env }}
  - name: {{ $name }}
    value: {{ $value | quote }}
  {{- end }}
  {{- range $name, $from := .Values.secretEnv }}
  - name: {{ $name }}
    valueFrom:
      secretKeyRef:
        name: {{ $from.name }}
        key: {{ $from.key }}
  {{- end }}
  {{- with $rackLabel }}
  # Empty where the pod has no such label.
  - name: CONSUMER_KAFKA__CLIENT_RACK
    valueFrom:
      fieldRef:
        fieldPath: metadata.labels['{{ . }}']
  {{- end }}
{{- end }}
resources:
  {{- toYaml .Values.resources | nindent 2 }}
volumeMounts:
  - name: config
    mountPath: /etc/returns-consumer/config.yaml
    subPath: config.yaml
    readOnly: true
  {{- if (include "returns.secretKeys" . | fromJson).keys }}
  # A whole folder: files of a subPath would not follow a rotated Secret.
  - name: secrets
    mountPath: /etc/returns-consumer/secrets
    readOnly: true
  {{- end }}
  {{- if .Values.kafkaTls.existingSecret }}
  - name: kafka-tls
    mountPath: /etc/returns-consumer/kafka-tls
    readOnly: true
  {{- end }}
  {{- if .Values.kafkaOptions.existingSecret }}
  - name: kafka-options
    mountPath: /etc/returns-consumer/kafka-options
    readOnly: true
  {{- end }}
  - name: tmp
    mountPath: /tmp
  {{- if eq .Values.ledger.type "sqlite" }}
  - name: ledger
    mountPath: /var/lib/returns-consumer
  {{- end }}
  {{- with .Values.extraVolumeMounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* Takes a dict: root, config (the ConfigMap's name), ledger ("claim" or "scratch"). */}}
{{- define "returns.volumes" -}}
{{- $root := .root -}}
volumes:
  - name: config
    configMap:
      name: {{ .config }}
  {{- with (include "returns.secretKeys" $root | fromJson).keys }}
  - name: secrets
    secret:
      secretName: {{ $root.Values.secrets.existingSecret }}
      defaultMode: 0440
      items:
        {{- range . }}
        - key: {{ . }}
          path: {{ . }}
        {{- end }}
  {{- end }}
  {{- with $root.Values.kafkaTls.existingSecret }}
  - name: kafka-tls
    secret:
      secretName: {{ . }}
      defaultMode: 0440
  {{- end }}
  {{- with $root.Values.kafkaOptions }}
  {{- if .existingSecret }}
  - name: kafka-options
    secret:
      secretName: {{ .existingSecret }}
      defaultMode: 0440
      items:
        - key: {{ .key }}
          path: {{ .key }}
  {{- end }}
  {{- end }}
  - name: tmp
    emptyDir:
      sizeLimit: 64Mi
  {{- if eq $root.Values.ledger.type "sqlite" }}
  - name: ledger
    {{- if eq .ledger "claim" }}
    persistentVolumeClaim:
      claimName: {{ include "returns.claimName" $root }}
    {{- else }}
    emptyDir:
      sizeLimit: 64Mi
    {{- end }}
  {{- end }}
  {{- with $root.Values.extraVolumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
