package chart

import (
	"bytes"
	"reflect"
	"testing"

	"helm.sh/helm/v4/pkg/chart/v2/loader"
)

func TestValuesAreReadAsHelmReadsThem(t *testing.T) {
	cases := []struct {
		text string
		// own: they are read without Helm.
		own bool
	}{
		{"", true},
		{"# nothing\n", true},
		{"a: 1\nb: 2.5\nc: 1e3\nd: 0x10\ne: 0o7\nf: 010\ng: 18446744073709551615\nh: -9223372036854775808\n", true},
		{"a: yes\nb: 'no'\nc: ~\nd:\ne: 2001-01-01\nf: 1_000\ng: 190:20:30\n", true},
		{"a: &x {b: [1, {c: d}]}\ne: *x\nf:\n  <<: *x\n  g: h\n", true},
		{"---\na: {b: 1}\n---\na: {c: 2}\n---\n", true},
		{"a: |\n  text\n  more\nb: >-\n  folded\n  text", true},
		{"a: 9007199254740993\nb: 0.1\nc: 1e400\n", true},
		{"1: a\n", false},
		{"true: a\n", false},
		{"a: .nan\n", false},
		{"a: .inf\n", false},
		{"a: !!binary gIGC\n", false},
		{"- a\n", false},
		{"text\n", false},
		{"a: [\n", false},
		{"a: b: c\n", false},
	}
	for _, each := range cases {
		t.Run(each.text, func(t *testing.T) {
			_, own := parseValues([]byte(each.text))
			got, gotErr := loadValues([]byte(each.text))
			want, wantErr := loader.LoadValues(bytes.NewReader([]byte(each.text)))
			if (gotErr == nil) != (wantErr == nil) || !reflect.DeepEqual(got, want) || own != each.own {
				t.Errorf("own %v: %#v %v instead of %#v %v", own, got, gotErr, want, wantErr)
			}
		})
	}
}
