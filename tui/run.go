package tui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"
)

// fps bounds how often the screen is written. Data comes in seconds, but the first frame and every key wait for one
// tick of it: at 30 the first frame is there after 60 ms, at 10 after 120.
const fps = 30

// Run shows the screen until the operator quits or ctx ends, both of which are no error. The terminal is restored in
// every case.
func Run(ctx context.Context, o Options, opts ...tea.ProgramOption) error {
	m := New(o)
	defer m.Close()
	opts = append([]tea.ProgramOption{tea.WithContext(ctx), tea.WithFPS(fps)}, opts...)
	_, err := tea.NewProgram(m, opts...).Run()
	if err != nil && (ctx.Err() != nil || errors.Is(err, tea.ErrInterrupted)) {
		return nil
	}
	return err
}
