// Package bridge is what every module of the engine has in common: requests and replies as JSON in linear memory. A
// module is a reactor: the host calls `_initialize` once, then for each request `alloc`, a write into memory, `answer`, a
// read, `release`.
package bridge
