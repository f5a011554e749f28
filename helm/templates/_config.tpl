{{/*
The settings as the service reads them. Helm holds numbers as floats and would write a million as 1e+06, which is no
whole number to YAML; so whole ones are written as such.
*/}}
{{- define "returns.scalar" -}}
{{- if kindIs "float64" . -}}
{{- if eq (floor .) . }}{{ int64 . }}{{ else }}{{ . }}{{ end -}}
{{- else -}}
{{ toJson . }}
{{- end -}}
{{- end }}

{{- define "returns.config" -}}
{{- $config := mustDeepCopy .Values.config -}}
{{- $_ := set $config.kafka "options" (include "returns.kafkaOptions" . | fromJson) -}}
{{- if .Values.kafkaOptions.existingSecret -}}
{{- $_ := set $config.kafka "options_file" (printf "/etc/returns-consumer/kafka-options/%s" .Values.kafkaOptions.key) -}}
{{- end -}}
{{- $files := include "returns.secretFiles" . | fromJson -}}
{{- range $section, $names := $files -}}
{{- range $name, $key := $names -}}
{{- $_ := set (index $config $section) (printf "%s_file" $name) (printf "/etc/returns-consumer/secrets/%s" $key) -}}
{{- end -}}
{{- end -}}
{{- if eq .Values.ledger.type "sqlite" -}}
{{- $_ := set $config.ledger "url" "sqlite:////var/lib/returns-consumer/ledger.db" -}}
{{- end -}}
{{- range $section, $names := $config }}
{{ $section }}:
{{- range $name, $value := $names }}
{{- if kindIs "map" $value }}
{{- if $value }}
  {{ $name }}:
  {{- range $property, $setting := $value }}
    {{ $property }}: {{ include "returns.scalar" $setting }}
  {{- end }}
{{- end }}
{{- else if not (or (kindIs "invalid" $value) (eq (toString $value) "")) }}
  {{ $name }}: {{ include "returns.scalar" $value }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* librdkafka's properties: the operator's, and those that follow from kafkaTls. */}}
{{- define "returns.kafkaOptions" -}}
{{- $options := dict -}}
{{- with .Values.kafkaTls -}}
{{- if .existingSecret -}}
{{- $_ := set $options "security.protocol" "ssl" -}}
{{- $_ := set $options "ssl.ca.location" (printf "/etc/returns-consumer/kafka-tls/%s" .ca) -}}
{{- if .certificate -}}
{{- $_ := set $options "ssl.certificate.location" (printf "/etc/returns-consumer/kafka-tls/%s" .certificate) -}}
{{- $_ := set $options "ssl.key.location" (printf "/etc/returns-consumer/kafka-tls/%s" .key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- mergeOverwrite $options (mustDeepCopy .Values.config.kafka.options) | toJson -}}
{{- end }}

{{/* Which settings come from files of the Secret: section → name → key. */}}
{{- define "returns.secretFiles" -}}
{{- $keys := .Values.secrets.keys -}}
{{- $files := dict "api" dict "kafka" dict "ledger" dict "schemas" dict -}}
{{- if eq .Values.config.api.auth "basic" -}}
{{- $_ := set $files.api "password" $keys.apiPassword -}}
{{- else if eq .Values.config.api.auth "oauth" -}}
{{- $_ := set $files.api "oauth_key" $keys.oauthKey -}}
{{- $_ := set $files.api "oauth_secret" $keys.oauthSecret -}}
{{- end -}}
{{- if eq .Values.ledger.type "postgres" -}}
{{- $_ := set $files.ledger "url" $keys.ledgerUrl -}}
{{- end -}}
{{- if $keys.registryAuth -}}
{{- $_ := set $files.schemas "registry_auth" $keys.registryAuth -}}
{{- end -}}
{{- if $keys.registryToken -}}
{{- $_ := set $files.schemas "registry_token" $keys.registryToken -}}
{{- end -}}
{{- if $keys.registryOauth -}}
{{- $_ := set $files.schemas "registry_oauth" $keys.registryOauth -}}
{{- end -}}
{{- if $keys.registryKeyPassword -}}
{{- $_ := set $files.schemas "registry_key_password" $keys.registryKeyPassword -}}
{{- end -}}
{{- if $keys.kafkaPassword -}}
{{- $_ := set $files.kafka "sasl_password" $keys.kafkaPassword -}}
{{- end -}}
{{- $files | toJson -}}
{{- end }}

{{/* The keys of the Secret that settings need, in order: a list under "keys". */}}
{{- define "returns.secretKeys" -}}
{{- $keys := list -}}
{{- range include "returns.secretFiles" . | fromJson -}}
{{- $keys = concat $keys (values .) -}}
{{- end -}}
{{- dict "keys" ($keys | uniq | sortAlpha) | toJson -}}
{{- end }}

{{/* What an ExternalSecret must bring: those keys, and what else is mounted of the same Secret. A list under "keys". */}}
{{- define "returns.externalKeys" -}}
{{- $keys := (include "returns.secretKeys" . | fromJson).keys | default list -}}
{{- $name := .Values.secrets.existingSecret -}}
{{- if eq .Values.kafkaOptions.existingSecret $name -}}
{{- $keys = append $keys .Values.kafkaOptions.key -}}
{{- end -}}
{{- if eq .Values.kafkaTls.existingSecret $name -}}
{{- $keys = append $keys .Values.kafkaTls.ca -}}
{{- if .Values.kafkaTls.certificate -}}
{{- $keys = concat $keys (list .Values.kafkaTls.certificate .Values.kafkaTls.key) -}}
{{- end -}}
{{- end -}}
{{- dict "keys" ($keys | uniq | sortAlpha) | toJson -}}
{{- end }}

{{/* Seconds that a preStop sleeps before SIGTERM; the grace runs meanwhile. */}}
{{- define "returns.preStop" -}}
{{ dig "preStop" "sleep" "seconds" 0 .Values.lifecycle | int64 }}
{{- end }}

{{/* Until SIGKILL: a preStop's sleep, the drain, a call's deadline, the last transaction, and ten seconds to spare. */}}
{{- define "returns.grace" -}}
{{- if .Values.terminationGracePeriodSeconds -}}
{{ int64 .Values.terminationGracePeriodSeconds }}
{{- else -}}
{{ int64 (ceil (addf (include "returns.preStop" . | float64) .Values.config.kafka.drain .Values.config.api.timeout 10 10)) }}
{{- end -}}
{{- end }}

{{/* The most instances that partitions and quota can feed. */}}
{{- define "returns.maxReplicas" -}}
{{- $most := min (int .Values.autoscaling.maxReplicas) (int .Values.autoscaling.partitions) -}}
{{- $quota := mulf .Values.config.api.quota_per_minute (subf 1 .Values.config.api.quota_reserve) -}}
{{- if gt $quota 0.0 -}}
{{- $most = min $most (int64 (ceil (divf $quota .Values.autoscaling.requestsPerPod))) -}}
{{- end -}}
{{ $most }}
{{- end }}
