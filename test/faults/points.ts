// The fault points: the places of the write paths where something may break, in one table, by place. It is also the documentation of these
// paths. `worker/faults.test.ts` lets each of them break in a real object, and asks the oracle what can be seen afterwards.

import type { Point } from "./point.ts";
import { asides } from "./points/asides.ts";
import { files } from "./points/files.ts";
import { forks } from "./points/forks.ts";
import { legal } from "./points/legal.ts";
import { messages } from "./points/messages.ts";
import { people } from "./points/people.ts";
import { relays } from "./points/relays.ts";
import { retention } from "./points/retention.ts";
import { webhooks } from "./points/webhooks.ts";

export const points: readonly Point[] = [
	...messages,
	...people,
	...files,
	...webhooks,
	...asides,
	...forks,
	...legal,
	...retention,
	...relays,
];
