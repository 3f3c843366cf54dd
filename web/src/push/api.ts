// The HTTP calls of web push, one function each.

import * as v from "valibot";
import { call } from "../api.ts";

export const pushKey = (token: string) => call(v.object({ publicKey: v.nullable(v.string()) }), "GET", "/me/push", { token });

export const addDevice = (token: string, subscription: PushSubscriptionJSON) =>
	call(v.undefined(), "POST", "/me/push", { token, body: { subscription } });

export const removeDevice = (token: string, endpoint: string) => call(v.undefined(), "DELETE", "/me/push", { token, body: { endpoint } });
