// The HTTP calls about spending.

import { periodSchema, usageSchema } from "../../../src/protocol/money/usage.ts";
import { call } from "../api.ts";

export const periods = periodSchema.options;
export type Period = (typeof periods)[number];

export const usageOf = (token: string, id: string, period: Period) =>
	call(usageSchema, "GET", `/conversations/${encodeURIComponent(id)}/usage?period=${period}`, { token });

export const ownUsage = (token: string, period: Period) => call(usageSchema, "GET", `/me/usage?period=${period}`, { token });
