module optakit.dev/yaml-readers/kubectl-yaml

go 1.26

tool optakit.dev/yaml-readers/kubectl-yaml

require sigs.k8s.io/yaml v1.6.0

require go.yaml.in/yaml/v2 v2.4.2 // indirect
