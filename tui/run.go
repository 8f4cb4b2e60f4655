package tui

import (
	"context"
	"errors"

	tea "charm.land/bubbletea/v2"
)

// fps bounds how often the screen is written; data comes in seconds, keys are answered within a tenth.
const fps = 10

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
