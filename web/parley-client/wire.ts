// The wire's own types, and the proof that the public ones agree with them. Types only.

import type { ServerEvent } from "../../src/protocol/events.ts";
import type { Message } from "../../src/protocol/message.ts";
import type * as published from "./types.ts";

export type { Message, ServerEvent };

type Assert<T extends true> = T;

/** Does not compile if a message of the wire were none of the package. */
export type Agrees = Assert<Message extends published.Message ? true : false>;
