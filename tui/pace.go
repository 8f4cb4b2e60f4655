package tui

// How often the screen is written: at most ten times in any second, and not at all while the terminal has not taken what
// was written before. The first frame after a rest is never held back, so that a key is answered at once.

import (
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	// frameGap is the least time between two frames. The renderer writes a frame up to 1/fps after it was drawn; with
	// this gap no second sees more than ten of them all the same.
	frameGap = 110 * time.Millisecond
	// fps is how often the renderer looks whether there is something to write. The first frame and every key's answer
	// wait for one tick of it, and nothing more.
	fps = 30
)

// pacer decides when the model draws. It is used from the program's loop only.
type pacer struct {
	now  func() time.Time
	busy func() bool // the terminal has not taken the last frame yet

	last    time.Time // when the last frame was drawn
	held    bool      // what has changed is not drawn yet
	waiting bool      // a releaseMsg is on its way

	size    *tea.WindowSizeMsg // the newest size that was held back, nil for none
	resized bool               // the message being handled is a size: the renderer draws in any case
}

// releaseMsg comes when what was held back may be drawn.
type releaseMsg struct{}

// wait is how long the next frame is to be held back.
func (p *pacer) wait() time.Duration {
	if p.busy() {
		return frameGap
	}
	return frameGap - p.now().Sub(p.last)
}

// filter holds back new sizes of the window as frames are: for each the renderer draws everything anew, and dragging a
// window's edge brings dozens a second. Only the newest counts.
func (p *pacer) filter(_ tea.Model, msg tea.Msg) tea.Msg {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		if p.wait() > 0 {
			p.size = &msg
			return holdMsg{}
		}
		p.size, p.resized = nil, true
	case releaseMsg:
		p.waiting = false
		if p.size != nil && p.wait() <= 0 {
			size := *p.size
			p.size, p.resized = nil, true
			return size
		}
	}
	return msg
}

// holdMsg stands for a size that was held back.
type holdMsg struct{}

// after is called after each update with whether the screen has changed by it. It decides whether that is drawn now, and
// else has a releaseMsg come.
func (p *pacer) after(changed bool) tea.Cmd {
	if p.resized {
		p.resized, p.held = false, false
		p.drawn()
		return nil
	}
	wait := p.wait()
	p.held = changed && wait > 0
	if p.waiting || !p.held && p.size == nil {
		return nil
	}
	p.waiting = true
	return tea.Tick(wait, func(time.Time) tea.Msg { return releaseMsg{} })
}

// drawn is called with every frame that differs from the one before.
func (p *pacer) drawn() { p.last = p.now() }
