package dlmon

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/spf13/pflag"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/tracejson"
	"dlmon/themes"
	"dlmon/tui/page"
)

// option is one setting that can be a flag, an environment variable and a config key, all under one name.
type option struct {
	name   string
	usage  string
	def    string
	toggle bool // a flag without a value
	list   bool // of texts with commas between them, in a file also as YAML has lists
	// set parses and stores; its error says what was expected, without the value.
	set func(c *Config, s string) error
	// get is the effective value for `dlmon config`: a text, a number or a bool.
	get func(c *Config) any
}

func (o option) env() string { return "DLMON_" + strings.ToUpper(strings.ReplaceAll(o.name, "-", "_")) }

// Bounds of durations.
const (
	minWindow  = time.Minute
	maxWindow  = 30 * 24 * time.Hour
	minRefresh = time.Second
	maxRefresh = time.Hour
	minTimeout = 100 * time.Millisecond
	maxTimeout = 5 * time.Minute
)

// Bounds of max-spans.
const (
	minMaxSpans = 1_000
	maxMaxSpans = 2_000_000
)

var pageNames = []string{"overview", "tenants", "traces", "alerts", "health", "business"}

// places are the pages that a kiosk can turn to, firstPlaces those that one can begin with.
var (
	places      = append(slices.Clone(pageNames), page.TenantsMovers, page.TenantsNeighbours, page.TenantsBudget)
	firstPlaces = append(slices.Clone(places), page.AlertsSilences)
)

// options are all settings but the sources' blocks and the choice of file and context, in the order of help.
func options() []option {
	opts := make([]option, 0, 16)
	for _, name := range sourceNames {
		opts = append(opts, urlOption(name))
	}
	return append(opts,
		option{name: "window", usage: "time shown at first, 1m to 30d", def: "1h",
			set: func(c *Config, s string) error { return setDuration(&c.Window, s, "1h", minWindow, maxWindow) },
			get: func(c *Config) any { return shownDuration(c.Window) }},
		option{name: "refresh", usage: "how often the servers are asked, 1s to 1h", def: "5s",
			set: func(c *Config, s string) error { return setDuration(&c.Refresh, s, "5s", minRefresh, maxRefresh) },
			get: func(c *Config) any { return shownDuration(c.Refresh) }},
		option{name: "theme", usage: strings.Join(themes.Names(), ", ") + ", or a file themes/NAME.yaml beside the config", def: themes.Names()[0],
			set: func(c *Config, s string) error { return setTheme(&c.Theme, s) },
			get: func(c *Config) any { return c.Theme }},
		option{name: "vocabulary", usage: "metric names: auto, guide, service-v1 or a file", def: "auto",
			set: func(c *Config, s string) error {
				return setText(&c.Vocabulary, s, "auto, guide, service-v1 or the path of a file")
			},
			get: func(c *Config) any { return c.Vocabulary }},
		option{name: "page", usage: "first page: " + strings.Join(firstPlaces, ", "), def: "overview",
			set: func(c *Config, s string) error { return setPage(c, s) },
			get: func(c *Config) any { return c.Page }},
		option{name: "ascii", usage: "draw with ASCII only", def: "false", toggle: true,
			set: func(c *Config, s string) error { return setBool(&c.ASCII, s) },
			get: func(c *Config) any { return c.ASCII }},
		option{name: "no-color", usage: "draw without colour (also: NO_COLOR)", def: "false", toggle: true,
			set: func(c *Config, s string) error { return setBool(&c.NoColor, s) },
			get: func(c *Config) any { return c.NoColor }},
		option{name: "log-file", usage: "write a log to this file", def: "",
			set: func(c *Config, s string) error { c.LogFile = s; return nil },
			get: func(c *Config) any { return c.LogFile }},
		option{name: "trace-service", usage: "the Jaeger service to search traces in (default: guessed)", def: "",
			set: func(c *Config, s string) error { c.TraceService = s; return nil },
			get: func(c *Config) any { return c.TraceService }},
		option{name: "at", usage: "time or range to show at first: 14:05, -3h..-2h (default: live)", def: "",
			set: func(c *Config, s string) error { return setAt(&c.At, s) },
			get: func(c *Config) any { return c.At }},
		option{name: "time-zone", usage: "times on the screen: utc or local", def: "utc",
			set: func(c *Config, s string) error {
				c.LocalTime = s == "local"
				var zone string
				return setOneOf(&zone, s, []string{"utc", "local"})
			},
			get: func(c *Config) any {
				if c.LocalTime {
					return "local"
				}
				return "utc"
			}},
		option{name: "tenant", usage: "open this tenant's page", def: "",
			set: func(c *Config, s string) error { c.Tenant = s; return nil },
			get: func(c *Config) any { return c.Tenant }},
		option{name: "panel", usage: "open this panel of --page or of --tenant's page full screen", def: "",
			set: func(c *Config, s string) error { c.Panel = s; return nil },
			get: func(c *Config) any { return c.Panel }},
		option{name: "alert", usage: "open this alert's detail: NAME or NAME{label=\"value\"} with all its labels", def: "",
			set: func(c *Config, s string) error { c.Alert = s; return nil },
			get: func(c *Config) any { return c.Alert }},
		option{name: "against", usage: "what movers compare with at first: " + strings.Join(page.MoversAgainst, ", "), def: page.MoversAgainst[0],
			set: func(c *Config, s string) error { return setOneOf(&c.Against, s, page.MoversAgainst) },
			get: func(c *Config) any { return c.Against }},
		option{name: "filter", usage: "what the first page's list is filtered by", def: "",
			set: func(c *Config, s string) error { c.Filter = sources.CleanName(s); return nil },
			get: func(c *Config) any { return c.Filter }},
		option{name: "sort", usage: "what it is sorted by: a column of it; -COLUMN reverses the order", def: "",
			set: func(c *Config, s string) error { c.Sort = s; return nil },
			get: func(c *Config) any { return c.Sort }},
		option{name: "group", usage: "what the alerts are grouped by: state, group, severity, none", def: "",
			set: func(c *Config, s string) error { c.Group = s; return nil },
			get: func(c *Config) any { return c.Group }},
		option{name: "cursor", usage: "the time picked on the charts, within the time shown: 14:05", def: "",
			set: func(c *Config, s string) error { return setCursor(&c.Cursor, s) },
			get: func(c *Config) any { return c.Cursor }},
		option{name: "read-only", usage: "never write to a server: no silences", def: "false", toggle: true,
			set: func(c *Config, s string) error { return setBool(&c.ReadOnly, s) },
			get: func(c *Config) any { return c.ReadOnly }},
		option{name: "creator", usage: "who creates silences (default: $USER)", def: "",
			set: func(c *Config, s string) error { c.Creator = s; return nil },
			get: func(c *Config) any { return c.Creator }},
		option{name: "objective", usage: "per cent of requests that should succeed, for error budgets", def: "99.9",
			set: func(c *Config, s string) error { return setObjective(&c.Objective, s) },
			get: func(c *Config) any { return shownObjective(c.Objective) }},
		option{name: "mouse", usage: "auto (off inside SSH), on or off", def: "auto",
			set: func(c *Config, s string) error { return setOneOf(&c.Mouse, s, []string{"auto", "on", "off"}) },
			get: func(c *Config) any { return c.Mouse }},
		option{name: "kiosk", usage: "a screen on the wall: read-only, no keys but quit", def: "false", toggle: true,
			set: func(c *Config, s string) error { return setBool(&c.Kiosk, s) },
			get: func(c *Config) any { return c.Kiosk }},
		option{name: "kiosk-locked", usage: "a kiosk on which no key does anything", def: "false", toggle: true,
			set: func(c *Config, s string) error { return setBool(&c.KioskLocked, s) },
			get: func(c *Config) any { return c.KioskLocked }},
		option{name: "rotate", usage: "pages a kiosk turns between: overview,tenants,alerts", def: "", list: true,
			set: func(c *Config, s string) error { return setPages(&c.Rotate, s) },
			get: func(c *Config) any { return strings.Join(c.Rotate, ",") }},
		option{name: "every", usage: "how long a kiosk shows each page, 1s to 1h", def: "20s",
			set: func(c *Config, s string) error { return setDuration(&c.Every, s, "20s", time.Second, time.Hour) },
			get: func(c *Config) any { return shownDuration(c.Every) }},
		option{name: "dim", usage: "when a kiosk is dimmed: 22:00-06:00 (default: never)", def: "",
			set: func(c *Config, s string) error { return setHours(&c.Dim, s) },
			get: func(c *Config) any { return c.Dim }},
		option{name: "max-spans", usage: "spans kept of one trace, 1000 to 2000000", def: strconv.Itoa(tracejson.DefaultMaxSpans),
			set: func(c *Config, s string) error { return setInt(&c.MaxSpans, s, minMaxSpans, maxMaxSpans) },
			get: func(c *Config) any { return c.MaxSpans }},
	)
}

func urlOption(source string) option {
	usage := map[string]string{
		feed.SourcePrometheus:   "Prometheus, Thanos, Mimir or VictoriaMetrics: http(s)://host:port",
		feed.SourceHealth:       "the service's health endpoint: http(s)://host:port/health",
		feed.SourceJaeger:       "Jaeger's query service: grpc(s)://host:16685 or http(s)://host:16686",
		feed.SourceAlertmanager: "Alertmanager: http(s)://host:9093",
	}[source]
	return option{name: source + "-url", usage: usage,
		set: func(c *Config, s string) error {
			if err := checkURL(source, s); err != nil {
				return err
			}
			c.source(source).URL = s
			return nil
		},
		get: func(c *Config) any { return c.source(source).URL }}
}

// checkURL refuses what a client could not use. An empty text is a source that is off.
func checkURL(source, s string) error {
	if s == "" {
		return nil
	}
	schemes, example := []string{"http", "https"}, "http://host:9090"
	switch source {
	case feed.SourceHealth:
		example = "http://host:8000/health"
	case feed.SourceAlertmanager:
		example = "http://host:9093"
	case feed.SourceJaeger:
		schemes, example = []string{"grpc", "grpcs", "http", "https"}, "grpc://host:16685 or http://host:16686"
	}
	expected := fmt.Errorf("expected a URL such as %s", example)
	u, err := url.Parse(s)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Hostname() == "" || u.Opaque != "" {
		return expected
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return expected
		}
	}
	if u.Fragment != "" || (u.RawQuery != "" && source != feed.SourceHealth) {
		return fmt.Errorf("%w, without a query or fragment", expected)
	}
	return nil
}

// parseDuration takes Prometheus's durations (7d, 1h30m) and Go's (1.5s).
func parseDuration(s string) (time.Duration, error) {
	if d, err := model.ParseDuration(s); err == nil {
		return time.Duration(d), nil
	}
	return time.ParseDuration(s)
}

func setDuration(to *time.Duration, s, example string, low, high time.Duration) error {
	d, err := parseDuration(s)
	if err != nil {
		return fmt.Errorf("expected a duration such as %s", example)
	}
	if d < low || d > high {
		return fmt.Errorf("expected a duration between %s and %s", shownDuration(low), shownDuration(high))
	}
	*to = d
	return nil
}

// shownDuration writes a duration as Prometheus does, which parseDuration reads back.
func shownDuration(d time.Duration) string {
	if d%time.Millisecond != 0 {
		return d.String()
	}
	return model.Duration(d).String()
}

// setObjective takes per cent and stores a share.
func setObjective(to *float64, s string) error {
	v, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(s), "%"), 64)
	if err != nil || !(v > 0 && v < 100) {
		return errors.New("expected per cent between 0 and 100, such as 99.9")
	}
	*to = v / 100
	return nil
}

// shownObjective is a share in per cent, without the noise of its division.
func shownObjective(share float64) string { return strconv.FormatFloat(share*100, 'g', 12, 64) }

// setPage takes a place, or all, which is offered to nobody but a snapshot: a dashboard says what it is for.
func setPage(c *Config, s string) error {
	if s == pageAll {
		c.Page = s
		return nil
	}
	offered := firstPlaces
	if c.snapshot {
		offered = append(slices.Clone(firstPlaces), pageAll)
	}
	return setOneOf(&c.Page, s, offered)
}

// setPages takes page names with commas between them; an empty text is none.
func setPages(to *[]string, s string) error {
	*to = nil
	for name := range strings.SplitSeq(s, ",") {
		if name = strings.TrimSpace(name); name == "" && s == "" {
			return nil
		}
		var one string
		if err := setOneOf(&one, name, places); err != nil {
			return fmt.Errorf("expected pages with commas between them, of %s", strings.Join(places, ", "))
		}
		*to = append(*to, one)
	}
	return nil
}

// setHours takes a stretch of the day, "22:00-06:00"; an empty text is none.
func setHours(to *string, s string) error {
	from, until, ok := strings.Cut(s, "-")
	_, errFrom := time.Parse("15:04", from)
	_, errUntil := time.Parse("15:04", until)
	if s != "" && (!ok || errFrom != nil || errUntil != nil || from == until) {
		return errors.New("expected a stretch of the day such as 22:00-06:00")
	}
	*to = s
	return nil
}

func setInt(to *int, s string, low, high int) error {
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		return fmt.Errorf("expected a number between %d and %d", low, high)
	}
	*to = n
	return nil
}

func setBool(to *bool, s string) error {
	b, err := strconv.ParseBool(s)
	if err != nil {
		return errors.New("expected true or false")
	}
	*to = b
	return nil
}

func setText(to *string, s, expected string) error {
	if strings.TrimSpace(s) == "" {
		return errors.New("expected " + expected)
	}
	*to = s
	return nil
}

func setOneOf(to *string, s string, names []string) error {
	if !slices.Contains(names, s) {
		return errors.New("expected one of " + strings.Join(names, ", "))
	}
	*to = s
	return nil
}

// got completes a set error with the value that was given; a URL is shown without its credentials.
func got(o option, err error, value string) error {
	if strings.HasSuffix(o.name, "-url") {
		value = shownURL(value)
	}
	return fmt.Errorf("%w, got %q", err, value)
}

// addFlags defines every option as a flag, and the choice of config file and context. Values are taken as text: they
// are parsed together with the environment's and the file's, so that all complain in the same words.
func addFlags(fs *pflag.FlagSet) {
	fs.SortFlags = false
	fs.String("config", "", "config file (default: $XDG_CONFIG_HOME/dlmon/config.yaml)")
	fs.String("context", "", "the context of the config file to use (default: its current-context)")
	for _, o := range options() {
		if o.toggle {
			fs.Var(&toggle{text: o.def}, o.name, o.usage)
			fs.Lookup(o.name).NoOptDefVal = "true"
		} else {
			fs.String(o.name, o.def, o.usage)
		}
	}
}

// toggle is a boolean flag whose text is parsed later.
type toggle struct{ text string }

func (t *toggle) String() string     { return t.text }
func (t *toggle) Set(s string) error { t.text = s; return nil }
func (t *toggle) Type() string       { return "bool" }
