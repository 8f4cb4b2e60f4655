package tui

// ctrl+z: stopped by the shell, as any program on a terminal.

import (
	"os"
	"syscall"

	tea "charm.land/bubbletea/v2"

	"dlmon/tui/page"
)

// suspend has the shell stop dlmon, which gives it the terminal back until fg. Where no shell would continue it, dlmon
// would wait for ever: it says so and goes on.
func (m *Model) suspend() tea.Cmd {
	if !jobControl() {
		m.say(page.Notice{Warn: true, Text: "ctrl+z does nothing here: no shell that could continue dlmon started it"})
		return nil
	}
	return tea.Suspend
}

// jobControl tells whether a shell that can continue this process started it: the parent is in the same session, but in
// another process group. As the command of ssh, of tmux or of a service there is none, and the kernel ignores the stop.
func jobControl() bool {
	parent := os.Getppid()
	session, err := sessionOf(0)
	if err != nil {
		return false
	}
	theirs, err := sessionOf(parent)
	if err != nil || theirs != session {
		return false
	}
	group, err := syscall.Getpgid(parent)
	return err == nil && group != syscall.Getpgrp()
}

// sessionOf is a process's session; 0 is this process.
func sessionOf(pid int) (int, error) {
	id, _, errno := syscall.Syscall(syscall.SYS_GETSID, uintptr(pid), 0, 0)
	if errno != 0 {
		return 0, errno
	}
	return int(id), nil
}
