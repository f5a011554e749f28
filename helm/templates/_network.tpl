{{/* The ports in a list of addresses, with commas, as a list under "ports"; 443 where https names none, 80 where http does. */}}
{{- define "returns.portsOf" -}}
{{- $ports := list -}}
{{- range splitList "," . -}}
{{- $address := trim . -}}
{{- $place := regexReplaceAll "^[a-zA-Z_]+://" $address "" | splitList "/" | first -}}
{{- $port := regexFind ":[0-9]+$" $place | trimPrefix ":" -}}
{{- if $port -}}
{{- $ports = append $ports (int $port) -}}
{{- else if hasPrefix "https:" $address -}}
{{- $ports = append $ports 443 -}}
{{- else if hasPrefix "http:" $address -}}
{{- $ports = append $ports 80 -}}
{{- end -}}
{{- end -}}
{{- dict "ports" ($ports | uniq) | toJson -}}
{{- end }}

{{/* Whether what is sent to this address leaves the pod without TLS: "true", or nothing. */}}
{{- define "returns.inTheClear" -}}
{{- if and (hasPrefix "http://" (lower .)) (not (regexMatch "^http://(localhost|127\\.|\\[::1\\])" (lower .))) -}}
true
{{- end -}}
{{- end }}

{{/* One egress rule. Takes a dict: cidrs, ports. */}}
{{- define "returns.egress" -}}
- ports:
    {{- range .ports }}
    - port: {{ int64 . }}
      protocol: TCP
    {{- end }}
  {{- with .cidrs }}
  to:
    {{- range . }}
    - ipBlock:
        cidr: {{ . }}
    {{- end }}
  {{- end }}
{{- end }}
