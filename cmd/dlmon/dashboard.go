package dlmon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/charmbracelet/x/term"

	"dlmon/sources"
	"dlmon/tui"
)

// dashboard is the command without a name.
func (a *app) dashboard(ctx context.Context) (int, error) {
	c, cleanup, err := a.prepare(ctx, (*Config).checkScreen)
	defer cleanup()
	if err != nil {
		return a.refused(err, true)
	}
	if !term.IsTerminal(os.Stdin.Fd()) {
		return ExitUsage, a.noTerminal()
	}
	return a.show(ctx, c, opening{kiosk: c.kiosk()})
}

// checkScreen refuses what no dashboard can begin with, as far as the config tells.
func (c *Config) checkScreen() error {
	if c.Page == pageAll {
		return c.refuse("page", "all is for dlmon snapshot --format json")
	}
	if err := errors.Join(c.checkKiosk(), c.checkPlace()); err != nil {
		return err
	}
	now := time.Now()
	span, err := c.span(now)
	if err == nil {
		_, err = c.cursor(span, now)
	}
	return err
}

func (a *app) noTerminal() error {
	return fmt.Errorf("the dashboard needs a terminal; try %s snapshot, or trace --format text", a.Name)
}

// opening is what a screen begins with beside the config.
type opening struct {
	tracer sources.Tracer // instead of the configured Jaeger; nil for that
	from   string         // what tracer reads, for the source's details
	trace  string         // the id of the trace to open; "" for the config's page
	kiosk  tui.Kiosk
}

// show runs the screen until the operator leaves it.
func (a *app) show(ctx context.Context, c *Config, with opening) (int, error) {
	if f, ok := a.Stdout.(*os.File); !ok || !term.IsTerminal(f.Fd()) {
		return ExitUsage, a.noTerminal()
	}
	if t, _ := a.Env("TERM"); t == "dumb" {
		return ExitUsage, fmt.Errorf("TERM=dumb: such a terminal shows no dashboard; %s snapshot prints one frame as text", a.Name)
	}
	span, err := c.span(time.Now())
	if err != nil {
		return ExitUsage, err
	}
	cursor, err := c.cursor(span, time.Now())
	if err != nil {
		return ExitUsage, err
	}
	ctx, cancel := context.WithCancel(ctx)
	s, err := c.start(ctx, noTime, with)
	if err != nil {
		cancel()
		return ExitUsage, err
	}
	defer s.close()
	defer cancel()
	defer divertLogs(s.log)()
	go holdMemory(ctx)
	if s.clients.prometheus != nil {
		go s.keepLooking(ctx)
	}
	o := s.screen(a.Build)
	o.Command = a.reopening(c)
	o.Trace, o.From, o.To, o.Cursor = with.trace, span.From, span.To, cursor
	o.Kiosk = with.kiosk
	if err := tui.Run(ctx, o); err != nil && ctx.Err() == nil {
		return ExitTrouble, err
	}
	return ExitOK, nil
}

// prepare makes the config that the dashboard and a snapshot run with: loaded, checked by valid, completed by the
// binary's own Prepare. cleanup is never nil and is to be called whatever the error.
func (a *app) prepare(ctx context.Context, valid func(*Config) error) (c *Config, cleanup func(), err error) {
	cleanup = func() {}
	if c, err = a.load(); err == nil {
		err = valid(c)
	}
	if err != nil {
		return nil, cleanup, err
	}
	if a.Prepare != nil {
		clean, err := a.Prepare(ctx, c)
		if clean != nil {
			cleanup = clean
		}
		if err != nil && ctx.Err() != nil && !errors.Is(err, ErrDone) {
			err = errInterrupted
		}
		if err != nil {
			return nil, cleanup, err
		}
	}
	if !c.anySource() {
		return nil, cleanup, a.noSource(c)
	}
	return c, cleanup, nil
}

// errInterrupted is what a signal makes of a command that owes an answer.
var errInterrupted = errors.New("interrupted")

// refused is the outcome of a command whose prepare failed. A screen that a signal ends before it is there ends as well
// as one that it ends later.
func (a *app) refused(err error, screen bool) (int, error) {
	switch {
	case errors.Is(err, ErrDone), errors.Is(err, errInterrupted) && screen:
		return ExitOK, nil
	case errors.Is(err, errInterrupted):
		return ExitTrouble, err
	}
	return ExitUsage, err
}

// noSource says in three lines how to begin.
func (a *app) noSource(c *Config) error {
	path := c.File
	if path == "" {
		path = defaultPath(a.Env)
	}
	return fmt.Errorf("no source to look at. Name one: %[1]s --prometheus-url http://host:9090 (or --health-url, --jaeger-url, --alertmanager-url)\n"+
		"or write prometheus-url: http://host:9090 into %[2]s (see %[1]s config)\n"+
		"or look at the demo first: go run ./sources/demo", a.Name, path)
}
