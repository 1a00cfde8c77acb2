package lua

import (
	"strconv"
	"strings"
	"time"

	golua "github.com/yuin/gopher-lua"
)

// timeFunctions are the part of Lua's os library that Argo CD leaves to scripts.
var timeFunctions = map[string]golua.LGFunction{"time": osTime, "date": osDate}

// osTime gives seconds since 1970, of now or of the local time in a table.
func osTime(state *golua.LState) int {
	moment := time.Now()
	if state.GetTop() > 0 {
		table := state.CheckTable(1)
		field := func(name string, otherwise int) int {
			if number, ok := table.RawGetString(name).(golua.LNumber); ok {
				return int(number)
			}
			return otherwise
		}
		moment = time.Date(field("year", -1), time.Month(field("month", -1)), field("day", -1),
			field("hour", 12), field("min", 0), field("sec", 0), 0, time.Local)
	}
	state.Push(golua.LNumber(moment.Unix()))
	return 1
}

// osDate formats now, or a moment given in seconds; a format that starts with `!` is for UTC, `*t` gives a table.
func osDate(state *golua.LState) int {
	moment := time.Now()
	format := state.OptString(1, "%c")
	if strings.HasPrefix(format, "!") {
		moment = moment.UTC()
		format = strings.TrimLeft(format, "!")
	}
	if state.GetTop() >= 2 {
		moment = time.Unix(state.CheckInt64(2), 0)
	}
	if strings.HasPrefix(format, "*t") {
		state.Push(dateTable(state, moment))
	} else {
		state.Push(golua.LString(formatTime(moment, format)))
	}
	return 1
}

func dateTable(state *golua.LState, moment time.Time) *golua.LTable {
	table := state.NewTable()
	for name, value := range map[string]int{
		"year": moment.Year(), "month": int(moment.Month()), "day": moment.Day(),
		"hour": moment.Hour(), "min": moment.Minute(), "sec": moment.Second(),
		"wday": int(moment.Weekday()) + 1,
		// As in Argo CD, which does not count the days of a year.
		"yday": 0,
	} {
		table.RawSetString(name, golua.LNumber(value))
	}
	table.RawSetString("isdst", golua.LFalse)
	return table
}

// layouts of the conversions, as gopher-lua and Argo CD have them; some differ from C's.
var layouts = map[byte]string{
	'a': "mon", 'A': "Monday", 'b': "Jan", 'B': "January", 'c': "02 Jan 06 15:04 MST", 'd': "02", 'F': "2006-01-02",
	'H': "15", 'I': "03", 'm': "01", 'M': "04", 'p': "PM", 'P': "pm", 'S': "05", 'x': "15/04/05", 'X': "15:04:05",
	'y': "06", 'Y': "2006", 'z': "-0700", 'Z': "MST",
}

func formatTime(moment time.Time, format string) string {
	var text strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' || i+1 == len(format) {
			text.WriteByte(format[i])
			continue
		}
		i++
		layout, isKnown := layouts[format[i]]
		switch {
		case isKnown:
			text.WriteString(moment.Format(layout))
		case format[i] == 'w':
			text.WriteString(strconv.Itoa(int(moment.Weekday())))
		case format[i] == '%':
			text.WriteByte('%')
		default:
			text.WriteByte('%')
			text.WriteByte(format[i])
		}
	}
	return text.String()
}
