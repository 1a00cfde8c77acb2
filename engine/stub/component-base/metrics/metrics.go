// Package metrics stands for the metrics of a server: everything can be observed, nothing is kept.
package metrics

import (
	"context"
	"time"
)

// StabilityLevel is how settled a metric is.
type StabilityLevel string

// The levels that apiserver's metrics name.
const (
	ALPHA  StabilityLevel = "ALPHA"
	STABLE StabilityLevel = "STABLE"
)

// CounterOpts describe a counter.
type CounterOpts struct {
	Namespace, Subsystem, Name, Help string
	StabilityLevel                   StabilityLevel
}

// HistogramOpts describe a histogram.
type HistogramOpts struct {
	Namespace, Subsystem, Name, Help string
	Buckets                          []float64
	StabilityLevel                   StabilityLevel
}

// SummaryOpts describe a summary.
type SummaryOpts struct {
	Namespace, Subsystem, Name, Help string
	MaxAge                           time.Duration
	StabilityLevel                   StabilityLevel
}

// Metric takes any observation and forgets it.
type Metric struct{}

// Inc forgets one.
func (Metric) Inc() {}

// Add forgets a number.
func (Metric) Add(float64) {}

// Observe forgets a value.
func (Metric) Observe(float64) {}

// Counter forgets what is counted.
type Counter struct{ Metric }

// NewCounter makes a counter.
func NewCounter(*CounterOpts) *Counter { return &Counter{} }

// WithContext is the counter itself.
func (c *Counter) WithContext(context.Context) *Counter { return c }

// Vec is a family of metrics.
type Vec struct{}

// WithContext is the family itself.
func (v *Vec) WithContext(context.Context) *Vec { return v }

// WithLabelValues is a member of the family.
func (*Vec) WithLabelValues(...string) Metric { return Metric{} }

// Reset forgets what was never kept.
func (*Vec) Reset() {}

// CounterVec, HistogramVec and SummaryVec are the families apiserver declares.
type (
	CounterVec   = Vec
	HistogramVec = Vec
	SummaryVec   = Vec
)

// NewCounterVec makes a family of counters.
func NewCounterVec(*CounterOpts, []string) *CounterVec { return &Vec{} }

// NewHistogramVec makes a family of histograms.
func NewHistogramVec(*HistogramOpts, []string) *HistogramVec { return &Vec{} }

// NewSummaryVec makes a family of summaries.
func NewSummaryVec(*SummaryOpts, []string) *SummaryVec { return &Vec{} }
