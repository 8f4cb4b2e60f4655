package tui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
)

// Run shows the screen on the standard output until the operator quits or ctx ends, both of which are no error, as is a
// terminal that was closed. The terminal is restored in every case, as far as it still takes anything.
func Run(ctx context.Context, o Options, opts ...tea.ProgramOption) error {
	m := New(o)
	defer m.Close()
	inner, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	out := newTerminal(inner, os.Stdout, cancel)
	_, err := m.program(inner, out, os.Environ(), opts...).Run()
	out.stop()
	switch {
	case err == nil, ctx.Err() != nil, errors.Is(err, tea.ErrInterrupted):
		return nil
	case inner.Err() != nil:
		err = fmt.Errorf("terminal: %w", context.Cause(inner))
	}
	if errors.Is(err, syscall.EIO) { // it was closed, which a SIGHUP tells too, a moment sooner or later
		return nil
	}
	return err
}

// program shows m on out, which an environment tells of, paced.
func (m *Model) program(ctx context.Context, out *terminal, environ []string, opts ...tea.ProgramOption) *tea.Program {
	m.pace = &pacer{now: time.Now, busy: out.busy}
	own := []tea.ProgramOption{
		tea.WithContext(ctx), tea.WithFPS(fps), tea.WithFilter(m.pace.filter), tea.WithOutput(out), tea.WithEnvironment(environ),
	}
	if colourless(out, environ) {
		own = append(own, tea.WithColorProfile(colorprofile.Ascii))
	}
	return tea.NewProgram(m, append(own, opts...)...)
}
