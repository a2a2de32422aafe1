/**
 * A page that shows a process at work. In: this process's meters, and sections that others read from elsewhere (snapshots, the
 * rollout); out: those as JSON, whole or as events as they change, and commands that somebody clicked.
 */
@NullMarked
package io.stillstream.console;

import org.jspecify.annotations.NullMarked;
