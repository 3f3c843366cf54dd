// The call with which newer runtimes announce that an object is about to sleep or to be replaced. None has to make it: what must not be
// lost is stored before. Runtimes of November 2026 make it only with the flag `experimental`.

import * as runtime from "cloudflare:durable-objects";

/** The name of the method that the runtime calls, or a name that nobody calls. */
export const beforeSleep: unique symbol = ("onHibernate" in runtime ? runtime.onHibernate : Symbol("beforeSleep")) as never;
