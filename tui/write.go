package tui

import (
	"context"
	"errors"
	"fmt"
	"time"

	tea "charm.land/bubbletea/v2"

	"dlmon/tui/page"
)

// writeLimit bounds how long a change at a server may take.
const writeLimit = 30 * time.Second

// errReadOnly is the outcome of every change where none is allowed.
var errReadOnly = errors.New("read-only: dlmon changes nothing at Alertmanager")

// write does what a page asks to be changed at a server: the only place where dlmon writes anything. It ends, with the
// page told, whatever the operator does meanwhile.
func (m *Model) write(from page.Page, id string, do func(context.Context) (string, error)) tea.Cmd {
	if m.o.Silencer == nil {
		m.say(page.Notice{Warn: true, Text: errReadOnly.Error()})
		return page.Send(page.Written{Page: from, ID: id, Err: errReadOnly})
	}
	return func() (msg tea.Msg) {
		defer func() {
			if r := recover(); r != nil {
				msg = page.Written{Page: from, ID: id, Err: fmt.Errorf("dlmon: %v", r)}
			}
		}()
		ctx, cancel := context.WithTimeout(context.Background(), writeLimit)
		defer cancel()
		now, err := do(ctx)
		if now == "" {
			now = id
		}
		return page.Written{Page: from, ID: now, Err: err}
	}
}

// written hands the outcome to the page that asked, and has everything asked anew, so that it is seen.
func (m *Model) written(msg page.Written) tea.Cmd {
	if m.sub != nil && msg.Err == nil {
		m.sub.Refresh()
	}
	if msg.Page == nil {
		return nil
	}
	return msg.Page.Update(m.context(), msg)
}
