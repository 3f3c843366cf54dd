// What each route takes and answers, said beside it in the schemas that it reads with: the API's document is made of this. Knows no route.

import type * as v from "valibot";
import type { ErrorCode } from "../protocol/errors.ts";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
/** As the routes are written, below `/api`. */
export type RouteName = `${Method} /${string}`;

/** What a body is, or an answer: JSON of a schema, something else in words, or nothing. */
export type Content = v.GenericSchema | { media: string; is: string } | "nothing";

export type Description = {
	/** One sentence. */
	is: string;
	/** Who may call it, where that is not whoever has a token. */
	who?: "anyone" | "guest" | "deployer";
	headers?: v.GenericSchema;
	query?: v.GenericSchema;
	body?: Exclude<Content, "nothing">;
	/** By status. */
	answers: { readonly [status: number]: Content };
	/** What else is refused here than what any route refuses that takes the like. */
	refuses?: readonly ErrorCode[];
};

/** Of all routes, in the order in which they were said. */
export const descriptions = new Map<RouteName, Description>();

export function describe(route: RouteName, description: Description): void {
	descriptions.set(route, description);
}
