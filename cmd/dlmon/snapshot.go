package dlmon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"dlmon/sources/feed"
	"dlmon/sources/vocabulary"
	"dlmon/tui"
	"dlmon/tui/dashboard"
	"dlmon/tui/handoff"
	"dlmon/tui/when"
)

// pageAll is the snapshot's --page that holds every panel; JSON only.
const pageAll = "all"

// noTime as the evaluation time follows the clock.
var noTime time.Time

// Formats of a snapshot.
const (
	formatText = "text"
	formatANSI = "ansi"
	formatJSON = "json"

	formatMarkdown = "markdown"
	formatSVG      = "svg"
)

// Bounds of a snapshot's frame, in cells.
const (
	minWidth, maxWidth   = 20, 500
	minHeight, maxHeight = 5, 200
	maxWait              = 10 * time.Minute
)

// snapshotOptions are the command's own flags.
type snapshotOptions struct {
	size, format, timeout string

	width, height int
	cursor        time.Time // picked on the frame's charts
	wait          time.Duration
}

func (a *app) snapshotCommand() *cobra.Command {
	o := &snapshotOptions{}
	cmd := &cobra.Command{
		Use:   "snapshot",
		Short: "Print one frame, or everything as JSON, and exit",
		Long: "Wait until every source has answered once or failed, print one frame or the JSON document, and exit.\n\n" +
			"Exit status: 0 all well; 1 the page has something at warning or critical (a panel, a tenant, an error budget, a noisy neighbour), " +
			"the service's health is degraded or worse, or an alert fires; 2 a source failed (whatever else); 3 wrong usage. " +
			"What a filter hides counts too. Movers and traces judge nothing; JSON holds no budgets and no neighbours.",
		Example: a.Name + " snapshot --size 80x24 --page alerts\n" + a.Name + " snapshot --format json | jq '.tenants[0]'",
		Args:    cobra.NoArgs,
		RunE:    a.run(func(ctx context.Context) (int, error) { return a.snapshot(ctx, o) }),
	}
	cmd.Flags().StringVar(&o.size, "size", "120x40", "columns x lines of the frame")
	cmd.Flags().StringVar(&o.format, "format", formatText, "text, ansi (with colours), json, or for somebody else: markdown, svg")
	cmd.Flags().StringVar(&o.timeout, "timeout", "15s", "how long to wait for the sources")
	return cmd
}

// parse checks the flags against each other.
func (o *snapshotOptions) parse(c *Config) error {
	var errs []error
	if !slices.Contains([]string{formatText, formatANSI, formatJSON, formatMarkdown, formatSVG}, o.format) {
		errs = append(errs, fmt.Errorf("--format: expected one of text, ansi, json, markdown, svg, got %q", o.format))
	}
	w, h, _ := strings.Cut(o.size, "x")
	var errW, errH error
	o.width, errW = strconv.Atoi(w)
	o.height, errH = strconv.Atoi(h)
	if errW != nil || errH != nil || o.width < minWidth || o.width > maxWidth || o.height < minHeight || o.height > maxHeight {
		errs = append(errs, fmt.Errorf("--size: expected columns x lines such as 120x40, from %dx%d to %dx%d, got %q", minWidth, minHeight, maxWidth, maxHeight, o.size))
	}
	if err := setDuration(&o.wait, o.timeout, "15s", minTimeout, maxWait); err != nil {
		errs = append(errs, fmt.Errorf("--timeout: %w, got %q", err, o.timeout))
	}
	for _, name := range []string{"filter", "sort", "group", "cursor"} {
		if o.format == formatJSON && c.origins[name].text == "flag" {
			errs = append(errs, fmt.Errorf("--%s: is for a frame, and json holds everything; leave out --%[1]s or --format json", name))
		}
	}
	switch {
	case o.format == formatJSON && c.Panel != "":
		errs = append(errs, errors.New("--panel: --format json holds whole pages; leave out --panel"))
	case o.format == formatJSON && c.origins["page"].text == "default":
		c.Page = pageAll
	case o.format != formatJSON && c.Page == pageAll:
		errs = append(errs, errors.New("--page: all needs --format json"))
	}
	return errors.Join(append(errs, c.checkPlace())...)
}

func (a *app) snapshot(ctx context.Context, o *snapshotOptions) (int, error) {
	a.snapshotting = true
	c, cleanup, err := a.prepare(ctx, o.parse)
	defer cleanup()
	if err != nil {
		return a.refused(err, false)
	}
	now := time.Now().UTC().Truncate(time.Second)
	span, err := c.span(now)
	if err != nil {
		return ExitUsage, err
	}
	if o.cursor, err = c.cursor(span, now); err != nil {
		return ExitUsage, err
	}
	running, cancel := context.WithCancel(ctx)
	s, err := c.start(running, now, opening{})
	if err != nil {
		cancel()
		return ExitUsage, err
	}
	s.asOf(span, now)
	defer s.close()
	defer cancel()

	waiting, stop := context.WithTimeout(ctx, o.wait)
	defer stop()
	t := s.take(waiting)
	defer t.close()
	frame, marked := "", []dashboard.State(nil)
	if o.format != formatJSON {
		frame, marked = s.frame(waiting, a, c, span, o)
	}
	if ctx.Err() != nil {
		return ExitTrouble, errInterrupted
	}
	doc := t.document(s.at, o.format != formatJSON && (c.Tenant != "" || c.Panel != ""))
	doc.shown = append(doc.shown, marked...)
	if o.format == formatJSON {
		err = doc.write(a.Stdout)
	} else {
		_, err = io.WriteString(a.Stdout, frame)
	}
	if err != nil {
		return ExitTrouble, err
	}
	return doc.exitCode(), nil
}

// frame draws one frame once everything on it has been answered or has failed, and tells the states that it marks.
func (s *session) frame(ctx context.Context, a *app, c *Config, span when.Span, o *snapshotOptions) (string, []dashboard.State) {
	screen := s.screen(a.Build)
	screen.Command = a.reopening(c)
	screen.From, screen.To, screen.Cursor = span.From, span.To, o.cursor
	m := tui.New(screen)
	defer m.Close()
	frame := m.Frame(o.width, o.height)
	// What a frame shows may make it want more: the rate window follows the server's scrape interval.
	for ctx.Err() == nil {
		settle(ctx, s.feed)
		next := m.Frame(o.width, o.height)
		if next == frame && s.feed.Settled() {
			break
		}
		frame = next
	}
	frame = m.Frame(o.width, o.height)
	switch o.format {
	case formatMarkdown:
		return handoff.Markdown(m.Handoff()), m.States()
	case formatSVG:
		return handoff.SVG(m.Handoff()), m.States()
	case formatText:
		frame = ansi.Strip(frame)
	}
	var out strings.Builder
	for line := range strings.SplitSeq(strings.TrimRight(frame, "\n"), "\n") {
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return out.String(), m.States()
}

// settle returns when all that is wanted of f has been answered or has failed, or with ctx.
func settle(ctx context.Context, f *feed.Feed) {
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for !f.Settled() {
		select {
		case <-ctx.Done():
			return
		case <-poll.C:
		}
	}
}

// take asks everything that the document holds and waits for it.
type taken struct {
	session *session
	sub     *feed.Subscription
	env     dashboard.Env
	panels  []takenPanel
	timeout bool // something was not answered in time
}

type takenPanel struct {
	page  string
	panel dashboard.Panel
}

// columns is how many points a snapshot's ranges have at most.
const columns = 121

func (s *session) take(ctx context.Context) *taken {
	t := &taken{session: s, sub: s.feed.Subscribe()}
	for _, d := range dashboard.Builtin() {
		for _, p := range d.Panels {
			t.panels = append(t.panels, takenPanel{d.ID, p})
		}
	}
	t.sub.Want(s.asked(base))
	settle(ctx, s.feed) // the scrape interval decides the rate window
	if s.clients.prometheus != nil {
		err := s.look(ctx)
		if err != nil {
			s.log.Warn("vocabulary", "error", err)
		}
		if s.vocab.Load() == nil {
			err = s.knownVocabulary(vocabulary.Guide)
		}
		if err != nil {
			s.log.Error("vocabulary", "error", err)
		}
	}
	window := s.config.Window
	t.env = dashboard.Env{
		Data: s.data, Vocab: s.vocabulary(), Window: window,
		Step: dashboard.GridStep(window, columns),
	}
	for _, st := range s.feed.Sources() {
		if st.Name == feed.SourcePrometheus {
			t.env.Rate, t.env.Scrape = dashboard.RateWindow(st.Info.ScrapeInterval, t.env.Step), st.Info.ScrapeInterval
		}
	}
	for {
		wants := t.wants()
		t.sub.Want(s.asked(wants))
		settle(ctx, s.feed)
		// What was answered may make a panel ask more: a server that knows no targets is asked for up.
		if ctx.Err() != nil || slices.Equal(wants, t.wants()) {
			break
		}
	}
	t.timeout = !s.feed.Settled()
	return t
}

// base is wanted whatever the panels: alerts, health and the state of every source.
var base = []feed.Request{{Kind: feed.Rules}, {Kind: feed.Managed}, {Kind: feed.Health}, {Kind: feed.Services}}

func (t *taken) wants() []feed.Request {
	reqs := slices.Clone(base)
	for _, tp := range t.panels {
		reqs = append(reqs, tp.panel.Requests(t.env)...)
		reqs = append(reqs, tp.panel.InstantRequests(t.env)...)
		if r, ok := t.rangeOf(tp.panel); ok {
			reqs = append(reqs, r)
		}
	}
	return reqs
}

// rangeOf is the range request of a panel's main query.
func (t *taken) rangeOf(p dashboard.Panel) (feed.Request, bool) {
	main := p.InstantRequests(t.env)
	if len(main) == 0 {
		return feed.Request{}, false
	}
	return feed.Request{Kind: feed.Range, Expr: main[0].Expr, Window: t.env.Window, Step: t.env.Step}, true
}

func (t *taken) close() { t.sub.Close() }
