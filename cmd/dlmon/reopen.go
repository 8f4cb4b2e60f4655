package dlmon

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

// reopened are the settings that a page brought back needs to be the same, beside what the page itself adds: where the
// data comes from and how it is read.
var reopened = []string{"prometheus-url", "health-url", "jaeger-url", "alertmanager-url", "vocabulary", "trace-service", "objective", "max-spans"}

// reopening is the program with the flags that name its servers: what the command in a handoff begins with. No
// credentials are in it: they stay in the config file, or have to be given anew.
func (a *app) reopening(c *Config) []string {
	argv := []string{a.Name}
	if _, _, named := (inputs{flags: a.flags, env: a.Env}).text("config"); named {
		file := c.File
		if abs, err := filepath.Abs(file); err == nil {
			file = abs
		}
		argv = append(argv, "--config", file)
	}
	if c.Context != "" {
		argv = append(argv, "--context", c.Context)
	}
	var own []string
	for _, o := range options() {
		own = append(own, o.name)
		from := c.origins[o.name].text
		if !slices.Contains(reopened, o.name) || from != "flag" && !strings.HasPrefix(from, "env ") {
			continue
		}
		value := fmt.Sprint(o.get(c))
		if strings.HasSuffix(o.name, "-url") {
			value = shownURL(value)
		}
		argv = append(argv, "--"+o.name, value)
	}
	own = append(own, "config", "context")
	a.flags.VisitAll(func(f *pflag.Flag) { // the binary's own, such as the demo's scenario
		if f.Changed && !slices.Contains(own, f.Name) && f.Name != "help" && f.Name != "version" {
			argv = append(argv, "--"+f.Name+"="+f.Value.String())
		}
	})
	return argv
}
