// Package dlmon is the command line: flags, environment and config file, and one file per command.
package dlmon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"dlmon/sources"
)

// Exit codes.
const (
	ExitOK      = 0
	ExitTrouble = 1 // snapshot: something shown is warn or critical, or an alert fires; dashboard: it ended on an error
	ExitSource  = 2 // snapshot: a source failed
	ExitUsage   = 3 // wrong flags, environment or config
)

// ErrDone, returned by Build.Prepare, says that Prepare has done all there was to do: nothing else runs, exit 0.
var ErrDone = errors.New("done")

// Build is what makes one binary of the command line: dlmon itself, or the demo.
type Build struct {
	Name    string   // "dlmon", "dlmon-demo"
	Short   string   // one line of help; empty takes dlmon's own
	Version string   // empty takes the build info's
	Args    []string // without the program's name
	Stdin   io.Reader
	Stdout  io.Writer
	Stderr  io.Writer
	// Env looks a variable up; nil means os.LookupEnv.
	Env func(string) (string, bool)

	// Flags adds flags of the binary's own to every command.
	Flags func(*pflag.FlagSet)
	// Prepare runs before the dashboard or a snapshot, with the effective config, which it may change (SetURL). The
	// context ends with a signal. cleanup, if not nil, runs when the command has ended, also when err is not nil.
	// ErrDone ends the program with 0; any other error is printed and ends it with 3, unless it comes of ctx's end.
	Prepare func(ctx context.Context, c *Config) (cleanup func(), err error)
}

// Execute runs one command line and returns the exit code. Signals are handled here: SIGINT, SIGTERM and SIGHUP end
// ctx for whatever runs, so that the terminal is always given back.
func Execute(ctx context.Context, b Build) int {
	b.fill()
	quietGRPC()
	ctx, stop := signalContext(ctx)
	defer stop()
	a := &app{Build: b}
	err := fang.Execute(ctx, a.root(),
		fang.WithVersion(b.Version),
		fang.WithErrorHandler(func(w io.Writer, _ fang.Styles, err error) {
			a.complain(err)
			fmt.Fprintf(w, "Try %s --help.\n", b.Name)
		}))
	if err != nil {
		return ExitUsage
	}
	return a.code
}

func (b *Build) fill() {
	if b.Short == "" {
		b.Short = "A terminal dashboard for operators of a vector-search service"
	}
	if info, ok := debug.ReadBuildInfo(); ok && b.Version == "" {
		b.Version = info.Main.Version
	}
	if b.Stdin == nil {
		b.Stdin = os.Stdin
	}
	if b.Stdout == nil {
		b.Stdout = os.Stdout
	}
	if b.Stderr == nil {
		b.Stderr = os.Stderr
	}
	if b.Env == nil {
		b.Env = os.LookupEnv
	}
}

// app is one run of the command line.
type app struct {
	Build
	code  int
	flags *pflag.FlagSet // dlmon's own, shared by all commands

	snapshotting bool // the command is snapshot
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:     a.Name,
		Short:   a.Short,
		Long:    a.Short + ".\n\nIt reads Prometheus, the service's health endpoint, Jaeger and Alertmanager, shows live panels, and goes from a panel to the trace that explains it.",
		Example: a.example(),
		Args:    cobra.NoArgs,
		RunE:    a.run(a.dashboard),
	}
	root.SetArgs(a.Args)
	root.SetOut(a.Stdout)
	root.SetErr(a.Stderr)
	a.flags = root.PersistentFlags()
	addFlags(a.flags)
	if a.Flags != nil {
		a.Flags(a.flags)
	}
	root.AddCommand(a.snapshotCommand(), a.traceCommand(), a.configCommand(), a.rulesCommand(), a.keysCommand())
	return root
}

func (a *app) example() string {
	if a.Prepare != nil {
		return a.Name + "\n" + a.Name + " snapshot --format json"
	}
	return a.Name + " --prometheus-url http://prometheus:9090 --health-url http://service:8000/health\n" +
		a.Name + " --context prod-eu\n" +
		a.Name + " snapshot --format json --page all"
}

// run makes a cobra command of f. Outcomes are exit codes and are told here; only cobra's own complaints about the
// command line go back to it.
func (a *app) run(f func(context.Context) (int, error)) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) error {
		defer divertLogs(slog.New(slog.DiscardHandler))() // what matters of it is in our own errors
		code, err := f(cmd.Context())
		if err != nil {
			a.complain(err)
		}
		a.code = code
		return nil
	}
}

// complain prints an error, one line per line of it. What it quotes may come from a file or a server.
func (a *app) complain(err error) {
	for line := range strings.SplitSeq(err.Error(), "\n") {
		fmt.Fprintf(a.Stderr, "%s: %s\n", a.Name, sources.Clean(line))
	}
}
