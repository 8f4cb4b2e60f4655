package dlmon

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"dlmon/sources"
	"dlmon/sources/feed"
	"dlmon/sources/tracejson"
	"dlmon/sources/tracing"
)

// formatScreen is a trace on the screen, the default.
const formatScreen = "screen"

func (a *app) traceCommand() *cobra.Command {
	format := formatScreen
	cmd := &cobra.Command{
		Use:   "trace FILE|-|TRACE_ID",
		Short: "Look at one trace: from a file, from standard input, or from Jaeger",
		Long: "Open OTLP JSON or Jaeger's JSON export from a file or standard input (-), or a trace of the configured Jaeger by its id.\n" +
			"With --format json or text it prints the analysis and no screen is needed: tree, self times, critical path.\n\n" +
			"Exit status: 0 done; 1 the file holds no readable trace; 2 Jaeger failed or has no such trace; 3 wrong usage.",
		Example: a.Name + " trace export.json\n" + a.Name + " trace 4bf92f3577b34da6a3ce929d0e0e4736 --format json | jq .critical_path\n" +
			"curl -s http://jaeger:16686/api/traces/4bf92f3577b34da6a3ce929d0e0e4736 | " + a.Name + " trace - --format text",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.run(func(ctx context.Context) (int, error) { return a.trace(ctx, args[0], format) })(cmd, args)
		},
	}
	cmd.Flags().StringVar(&format, "format", formatScreen, "screen, json or text")
	return cmd
}

func (a *app) trace(ctx context.Context, arg, format string) (int, error) {
	if !slices.Contains([]string{formatScreen, formatJSON, formatText}, format) {
		return ExitUsage, fmt.Errorf("--format: expected one of screen, json, text, got %q", format)
	}
	if id, ok := traceID(arg); ok {
		return a.serverTrace(ctx, id, format)
	}
	c, err := a.load()
	if err != nil {
		return ExitUsage, err
	}
	in, name, err := a.openTrace(arg)
	if err != nil {
		return ExitUsage, err
	}
	defer in.Close()
	var traces []sources.Trace
	read := make(chan error, 1)
	go func() { // a pipe may stay silent for ever, and its reader can't be stopped
		var err error
		traces, err = tracejson.Decode(in, tracejson.Options{Asked: name, Input: inputWord(arg), MaxSpans: c.MaxSpans})
		read <- err
	}()
	select {
	case <-ctx.Done():
		return ExitTrouble, errInterrupted
	case err := <-read:
		if err != nil {
			return ExitTrouble, err
		}
	}
	if format != formatScreen {
		return a.printTraces(traces, format)
	}
	c.Page, c.TraceService = "traces", anyService
	return a.show(ctx, c, opening{tracer: fileStore{tracejson.NewStore(traces)}, from: name, trace: only(traces)})
}

// anyService is what the screen calls the services of a file together: a file is looked at as a whole.
const anyService = "any service"

// fileStore stands for Jaeger on the screen. A file is all there is: neither the screen's window nor a service that
// nobody named restricts what is found in it.
type fileStore struct{ *tracejson.Store }

func (s fileStore) Search(ctx context.Context, q sources.TraceSearch) ([]sources.TraceSummary, error) {
	q.Start, q.End = time.Time{}, time.Time{}
	if q.Service == anyService {
		q.Service = ""
	}
	return s.Store.Search(ctx, q)
}

func (s fileStore) Operations(ctx context.Context, service string) ([]string, error) {
	if service != anyService {
		return s.Store.Operations(ctx, service)
	}
	services, err := s.Services(ctx)
	var all []string
	for _, name := range services {
		own, failed := s.Store.Operations(ctx, name)
		all, err = append(all, own...), cmp.Or(err, failed)
	}
	slices.Sort(all)
	return slices.Compact(all), err
}

func (s fileStore) Dependencies(ctx context.Context, end time.Time, _ time.Duration) ([]sources.Dependency, error) {
	return s.Store.Dependencies(ctx, end, 0)
}

// serverTrace shows or prints a trace of the configured Jaeger.
func (a *app) serverTrace(ctx context.Context, id, format string) (int, error) {
	c, cleanup, err := a.prepare(ctx, func(c *Config) error {
		if c.Jaeger.URL == "" && a.Prepare == nil {
			return fmt.Errorf("trace %s: no file of that name, and no Jaeger to ask for a trace of that id: set --%s-url", id, feed.SourceJaeger)
		}
		return nil
	})
	defer cleanup()
	if err != nil {
		return a.refused(err, format == formatScreen)
	}
	if format == formatScreen {
		c.Page = "traces"
		return a.show(ctx, c, opening{trace: id})
	}
	cl, err := c.clients()
	if err != nil {
		return ExitUsage, err
	}
	defer cl.close()
	t, err := cl.jaeger.Trace(ctx, id, nil)
	if err != nil {
		return ExitSource, err
	}
	return a.printTraces([]sources.Trace{t}, format)
}

// traceID tells whether arg is the id of a trace and no file.
func traceID(arg string) (string, bool) {
	id := strings.ToLower(arg)
	if len(id) == 0 || len(id) > 32 || strings.Trim(id, "0123456789abcdef") != "" {
		return "", false
	}
	_, err := os.Stat(arg)
	return id, errors.Is(err, os.ErrNotExist)
}

// openTrace opens a file, or standard input for "-"; name is what errors and the screen call it.
func (a *app) openTrace(arg string) (in io.ReadCloser, name string, err error) {
	if arg == "-" {
		return io.NopCloser(a.Stdin), "standard input", nil
	}
	f, err := os.Open(arg)
	if errors.Is(err, os.ErrNotExist) {
		return nil, "", fmt.Errorf("trace: %s is neither a file nor the id of a trace (up to 32 hex digits)", arg)
	}
	if err != nil {
		return nil, "", fmt.Errorf("trace: %w", err)
	}
	return f, filepath.Base(arg), nil
}

// inputWord is what texts call what is read.
func inputWord(arg string) string {
	if arg == "-" {
		return "input"
	}
	return "file"
}

// only is the id of the one trace there is; "" where there are several to choose from.
func only(traces []sources.Trace) string {
	if len(traces) == 1 {
		return traces[0].ID
	}
	return ""
}

// printTraces writes one document per trace, in the order of the file.
func (a *app) printTraces(traces []sources.Trace, format string) (int, error) {
	for i, t := range traces {
		an := tracing.Analyze(t)
		var err error
		if format == formatJSON {
			err = writeTraceJSON(a.Stdout, an)
		} else {
			if i > 0 {
				fmt.Fprintln(a.Stdout)
			}
			err = writeTraceText(a.Stdout, an)
		}
		if err != nil {
			return ExitTrouble, err
		}
	}
	return ExitOK, nil
}
