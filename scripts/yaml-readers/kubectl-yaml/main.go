// Reads YAML as kubectl does. Each line of standard input is a JSON string with a YAML text. Prints a
// line with its data, or with the error.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var text string
		if err := json.Unmarshal(lines.Bytes(), &text); err != nil {
			panic(err)
		}
		data, err := yaml.YAMLToJSON([]byte(text))
		if err != nil {
			data, _ = json.Marshal(map[string]string{"error": err.Error()})
			fmt.Println(string(data))
			continue
		}
		fmt.Printf("{\"data\":%s}\n", data)
	}
}
