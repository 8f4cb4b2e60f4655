// Command dlmon-demo is the dashboard on an embedded stack: a simulated service, Prometheus's own engine, a trace store
// and a health endpoint, all in this process. The dashboard talks to them over the network as to any server.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/pflag"

	"dlmon/cmd/dlmon"
	"dlmon/sources/demo/service"
	"dlmon/sources/demo/stack"
)

func main() { os.Exit(run(context.Background(), os.Args[1:], os.Stdout, os.Stderr)) }

// flags are the demo's own.
type flags struct {
	seed, tenants, scenario string // parsed by options, in dlmon's own words
	serve                   bool
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	var f flags
	return dlmon.Execute(ctx, dlmon.Build{
		Name:    "dlmon-demo",
		Short:   "dlmon on an embedded stack: nothing else needs to run",
		Args:    args,
		Stdout:  stdout,
		Stderr:  stderr,
		Flags:   f.add,
		Prepare: func(ctx context.Context, c *dlmon.Config) (func(), error) { return f.prepare(ctx, c, stdout, stderr) },
	})
}

// maxTenants bounds the series that are back-filled: 200 tenants take some ten seconds.
const maxTenants = 200

func (f *flags) add(set *pflag.FlagSet) {
	set.StringVar(&f.seed, "seed", "1", "the same seed gives the same series")
	set.StringVar(&f.tenants, "tenants", "12", fmt.Sprintf("tenants of the simulated service, 2 to %d", maxTenants))
	set.StringVar(&f.scenario, "scenario", string(service.SlowTenant), "what goes wrong: "+service.ScenarioNames())
	set.BoolVar(&f.serve, "serve", false, "no screen: print the servers' URLs and run until stopped")
}

// options are what the flags ask for, or all that is wrong with them.
func (f *flags) options() (stack.Options, error) {
	var errs []error
	scenario, err := service.ParseScenario(f.scenario)
	if err != nil {
		errs = append(errs, fmt.Errorf("--scenario: %w", err))
	}
	tenants, err := strconv.Atoi(f.tenants)
	if err != nil || tenants < 2 || tenants > maxTenants {
		errs = append(errs, fmt.Errorf("--tenants: expected a number between 2 and %d, got %q", maxTenants, f.tenants))
	}
	seed, err := strconv.ParseUint(f.seed, 10, 64)
	if err != nil {
		errs = append(errs, fmt.Errorf("--seed: expected a whole number from 0 to %d, got %q", uint64(math.MaxUint64), f.seed))
	}
	return stack.Options{Seed: seed, Tenants: tenants, Scenario: scenario}, errors.Join(errs...)
}

// filling is said on the terminal until the history is there, which takes seconds, and taken back then. Spaces do that
// on any terminal; they cover the ^C of whoever will not wait, too.
const filling = "filling two hours of history ..."

func sayFilling(stderr io.Writer) (done func()) {
	if f, ok := stderr.(*os.File); !ok || !term.IsTerminal(f.Fd()) {
		return func() {}
	}
	fmt.Fprint(stderr, filling)
	return func() { fmt.Fprint(stderr, "\r"+strings.Repeat(" ", len(filling)+len("^C"))+"\r") }
}

// prepare starts the stack and points the dashboard's sources at it.
func (f *flags) prepare(ctx context.Context, c *dlmon.Config, stdout, stderr io.Writer) (func(), error) {
	o, err := f.options()
	if err != nil {
		return nil, err
	}
	done := sayFilling(stderr)
	s, err := stack.Start(ctx, o)
	done()
	if err != nil {
		return nil, err
	}
	cleanup := func() {
		if err := s.Close(); err != nil {
			fmt.Fprintf(stderr, "dlmon-demo: %v\n", err)
		}
	}
	for _, u := range s.URLs.List() {
		if f.serve {
			fmt.Fprintf(stdout, "%s-url=%s\n", u.Source, u.URL)
			continue
		}
		c.SetURL(u.Source, u.URL)
	}
	if f.serve {
		<-ctx.Done()
		return cleanup, dlmon.ErrDone
	}
	return cleanup, nil
}
