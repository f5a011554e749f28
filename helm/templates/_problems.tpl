{{/* What cannot work together, as a list of sentences under "lines". */}}
{{- define "returns.problems" -}}
{{- $lines := list -}}
{{- range list "returns.problems.required" "returns.problems.kafka" "returns.problems.times" "returns.problems.ledger" "returns.problems.scaling" "returns.problems.rest" -}}
{{- $lines = concat $lines ((include . $ | fromJson).lines | default list) -}}
{{- end -}}
{{- dict "lines" $lines | toJson -}}
{{- end }}

{{- define "returns.problems.required" -}}
{{- $lines := list -}}
{{- if not .Values.config.kafka.bootstrap_servers -}}
{{- $lines = append $lines "config.kafka.bootstrap_servers is required: the brokers as host:port, several with commas." -}}
{{- end -}}
{{- if not .Values.config.api.base_url -}}
{{- $lines = append $lines "config.api.base_url is required: the vendor's https://HOST." -}}
{{- end -}}
{{- if and (eq .Values.config.api.auth "basic") (not .Values.config.api.username) -}}
{{- $lines = append $lines "config.api.username is required with config.api.auth=basic." -}}
{{- end -}}
{{- $keys := (include "returns.secretKeys" . | fromJson).keys -}}
{{- if and $keys (not .Values.secrets.existingSecret) -}}
{{- $lines = append $lines (printf "secrets.existingSecret is required: the name of a Secret with the keys %s." (join ", " $keys)) -}}
{{- end -}}
{{- dict "lines" $lines | toJson -}}
{{- end }}

{{/*
Whether a property of librdkafka is secret: "true", or nothing. The words are those of consumer/settings/kafka_options.py; what
has one of them and only says where something is, or how it is made, is none.
*/}}
{{- define "returns.isSecret" -}}
{{- if and (regexMatch "password|passphrase|secret|oauthbearer\\.config|key\\.pem|token|assertion" .) (not (regexMatch "\\.(url|file|location|algorithm)$|\\.assertion\\.claim\\." .)) -}}
true
{{- end -}}
{{- end }}

{{- define "returns.problems.kafka" -}}
{{- $lines := list -}}
{{- $options := include "returns.kafkaOptions" . | fromJson -}}
{{- $mechanism := coalesce (get $options "sasl.mechanism") (get $options "sasl.mechanisms") "" -}}
{{- $protocol := lower (toString (get $options "security.protocol")) -}}
{{- if and (eq $protocol "sasl_plaintext") (eq (upper (toString $mechanism)) "PLAIN") -}}
{{- $lines = append $lines "config.kafka.options has SASL PLAIN without TLS, which shows the password to the network; set security.protocol to sasl_ssl." -}}
{{- end -}}
{{- if hasKey $options "group.instance.id" -}}
{{- $lines = append $lines "config.kafka.options may not set group.instance.id: the pods of a Deployment would all have the same one and fence each other." -}}
{{- end -}}
{{- range $name, $_ := $options -}}
{{- if include "returns.isSecret" $name -}}
{{- $lines = append $lines (printf "config.kafka.options may not hold %s, as a ConfigMap hides nothing; for sasl.password there is secrets.keys.kafkaPassword, and for others a Secret that kafkaOptions.existingSecret names." $name) -}}
{{- end -}}
{{- end -}}
{{- $password := .Values.secrets.keys.kafkaPassword -}}
{{- if and $password (not (hasKey $options "sasl.username")) (not .Values.kafkaOptions.existingSecret) -}}
{{- $lines = append $lines "secrets.keys.kafkaPassword needs security.protocol, sasl.mechanism and sasl.username in config.kafka.options." -}}
{{- end -}}
{{- if eq .Values.config.kafka.oauth "msk-iam" -}}
{{- if not .Values.config.kafka.aws_region -}}
{{- $lines = append $lines "config.kafka.aws_region is required with config.kafka.oauth=msk-iam." -}}
{{- end -}}
{{- if or $password $mechanism (not (has $protocol (list "" "sasl_ssl"))) -}}
{{- $lines = append $lines "config.kafka.oauth=msk-iam brings its own security.protocol and sasl.mechanism, and takes no password; remove them, or the oauth." -}}
{{- end -}}
{{- end -}}
{{- dict "lines" $lines | toJson -}}
{{- end }}

{{- define "returns.problems.times" -}}
{{- $lines := list -}}
{{- $drain := float64 .Values.config.kafka.drain -}}
{{- $timeout := float64 .Values.config.api.timeout -}}
{{- $grace := float64 (include "returns.grace" .) -}}
{{- $least := addf (include "returns.preStop" . | float64) $drain 10 -}}
{{- if le $grace $least -}}
{{- $lines = append $lines (printf "terminationGracePeriodSeconds (%v) must exceed config.kafka.drain + 10 and a preStop's sleep (%v), or a stop would be a kill; 0 computes it." $grace $least) -}}
{{- end -}}
{{- $preStop := get .Values.lifecycle "preStop" | default dict -}}
{{- if and $preStop (not (hasKey $preStop "sleep")) (not .Values.terminationGracePeriodSeconds) -}}
{{- $lines = append $lines (printf "lifecycle.preStop takes a time that the chart cannot know, out of the same grace as the stop: set terminationGracePeriodSeconds to its longest and %v, or have it sleep." (include "returns.grace" .)) -}}
{{- end -}}
{{- $poll := divf (float64 (get .Values.config.kafka.options "max.poll.interval.ms" | default 300000)) 1000 -}}
{{- if ge (mulf $drain 2) $poll -}}
{{- $lines = append $lines (printf "config.kafka.drain (%v) must be less than half of max.poll.interval.ms (%v s), or a rebalance would throw the instance out of its group." $drain $poll) -}}
{{- else if le $poll 60.0 -}}
{{- $lines = append $lines (printf "max.poll.interval.ms (%v s) must be more than the 60 s after which the liveness probe counts a silent instance as hanging, or the group would throw it out first." $poll) -}}
{{- end -}}
{{- if gt $timeout $drain -}}
{{- $lines = append $lines (printf "config.api.timeout (%v) must not exceed config.kafka.drain (%v), or a stop would break calls." $timeout $drain) -}}
{{- end -}}
{{- if le (float64 .Values.config.ledger.claim_lease) $timeout -}}
{{- $lines = append $lines (printf "config.ledger.claim_lease must be more than config.api.timeout (%v), or a call under way would be taken over." $timeout) -}}
{{- end -}}
{{- if lt (float64 .Values.config.retry.max) (float64 .Values.config.retry.initial) -}}
{{- $lines = append $lines "config.retry.max must be at least config.retry.initial." -}}
{{- end -}}
{{- dict "lines" $lines | toJson -}}
{{- end }}

{{- define "returns.problems.ledger" -}}
{{- $lines := list -}}
{{- if eq .Values.ledger.type "sqlite" -}}
{{- if and (not (kindIs "invalid" .Values.replicas)) (gt (int .Values.replicas) 1) -}}
{{- $lines = append $lines "ledger.type=sqlite is for one instance: set replicas to 1, or ledger.type to postgres." -}}
{{- end -}}
{{- if kindIs "invalid" .Values.replicas -}}
{{- $lines = append $lines "ledger.type=sqlite is for one instance: an autoscaler of yours could make more; set replicas to 1, or ledger.type to postgres." -}}
{{- end -}}
{{- if .Values.autoscaling.enabled -}}
{{- $lines = append $lines "ledger.type=sqlite is for one instance: autoscaling.enabled needs ledger.type=postgres." -}}
{{- end -}}
{{- if not .Values.persistence.enabled -}}
{{- $lines = append $lines "ledger.type=sqlite needs persistence.enabled: without a volume every restart would forget which earns there are." -}}
{{- end -}}
{{- else if and .Values.externalSecret.enabled .Values.migration.enabled -}}
{{- $lines = append $lines "externalSecret.enabled and migration.enabled exclude each other: the migration runs before the ExternalSecret is there; make that outside of the chart, or set migration.enabled=false and run `returns-consumer migrate` before each upgrade." -}}
{{- end -}}
{{- dict "lines" $lines | toJson -}}
{{- end }}

{{- define "returns.problems.scaling" -}}
{{- $lines := list -}}
{{- $scaling := .Values.autoscaling -}}
{{- if $scaling.enabled -}}
{{- if kindIs "invalid" .Values.replicas -}}
{{- $lines = append $lines "replicas: null leaves the count to an autoscaler of yours, and autoscaling.enabled makes another; choose one." -}}
{{- end -}}
{{- if lt (int $scaling.partitions) 1 -}}
{{- $lines = append $lines "autoscaling.partitions is required: how many partitions the returns topic has." -}}
{{- else if gt (int $scaling.maxReplicas) (int $scaling.partitions) -}}
{{- $lines = append $lines (printf "autoscaling.maxReplicas (%v) must not exceed autoscaling.partitions (%v): the others would be idle." $scaling.maxReplicas $scaling.partitions) -}}
{{- else if and $scaling.prometheus.serverAddress (not $scaling.prometheus.job) (not .Values.podMonitor.enabled) -}}
{{- $lines = append $lines "autoscaling.prometheus asks for the job that podMonitor.enabled makes: enable that, or set autoscaling.prometheus.job to the job by which the pods are scraped." -}}
{{- else if gt (int $scaling.minReplicas) (int (include "returns.maxReplicas" .)) -}}
{{- $lines = append $lines (printf "autoscaling.minReplicas (%v) exceeds what the quota can feed (%v instances at autoscaling.requestsPerPod=%v); lower it." $scaling.minReplicas (include "returns.maxReplicas" .) $scaling.requestsPerPod) -}}
{{- end -}}
{{- end -}}
{{- dict "lines" $lines | toJson -}}
{{- end }}

{{- define "returns.problems.rest" -}}
{{- $lines := list -}}
{{- if and (include "returns.inTheClear" .Values.config.api.base_url) (not .Values.config.api.allow_plaintext) -}}
{{- $lines = append $lines "config.api.base_url must be https://, as http:// would show the credentials to the network; or set config.api.allow_plaintext." -}}
{{- end -}}
{{- if and (eq .Values.config.schemas.output "confluent") (not .Values.config.schemas.registry_url) -}}
{{- $lines = append $lines "config.schemas.output=confluent needs config.schemas.registry_url." -}}
{{- end -}}
{{- $ways := list -}}
{{- range list "registryAuth" "registryToken" "registryOauth" -}}
{{- if get $.Values.secrets.keys . -}}
{{- $ways = append $ways (printf "secrets.keys.%s" .) -}}
{{- end -}}
{{- end -}}
{{- if gt (len $ways) 1 -}}
{{- $lines = append $lines (printf "%s exclude each other: keep one." (join " and " $ways)) -}}
{{- end -}}
{{- if and $ways (include "returns.inTheClear" .Values.config.schemas.registry_url) (not .Values.config.schemas.allow_plaintext) -}}
{{- $lines = append $lines "config.schemas.registry_url must be https://, as http:// would show the credentials to the network; or set config.schemas.allow_plaintext." -}}
{{- end -}}
{{- if and $ways (not .Values.config.schemas.registry_url) -}}
{{- $lines = append $lines (printf "%s is for a registry: set config.schemas.registry_url." (first $ways)) -}}
{{- end -}}
{{- range $name, $_ := .Values.secretEnv -}}
{{- if hasKey $.Values.env $name -}}
{{- $lines = append $lines (printf "env and secretEnv may not both set %s." $name) -}}
{{- end -}}
{{- end -}}
{{- range $name, $_ := merge (dict) .Values.env .Values.secretEnv -}}
{{- if hasPrefix "CONSUMER_" $name -}}
{{- $lines = append $lines (printf "env and secretEnv may not set %s, which would win over what the chart computes with; set it in config." $name) -}}
{{- end -}}
{{- end -}}
{{- if .Values.externalSecret.enabled -}}
{{- if not (and .Values.secrets.existingSecret .Values.externalSecret.secretStoreRef.name .Values.externalSecret.remoteKey) -}}
{{- $lines = append $lines "externalSecret.enabled needs secrets.existingSecret, externalSecret.secretStoreRef.name and externalSecret.remoteKey." -}}
{{- end -}}
{{- end -}}
{{- $topics := values .Values.config.topics -}}
{{- if ne (len $topics) (len (uniq $topics)) -}}
{{- $lines = append $lines "config.topics must name four different topics." -}}
{{- end -}}
{{- dict "lines" $lines | toJson -}}
{{- end }}
