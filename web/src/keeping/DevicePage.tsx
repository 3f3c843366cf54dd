// The page that a link for a second device leads to: asks, shows the code, and signs in once the first device has confirmed.

import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { session } from "../account/currentSession.ts";
import { clock } from "../browser.ts";
import { NoticePage } from "../pages/NoticePage.tsx";
import { finishDeviceLink, openDeviceLink } from "./api.ts";
import { useWords } from "./words.ts";

type State = { type: "asking" } | { type: "opened"; claim: string; code: string; name: string } | { type: "refused"; text: string };

/** In ms. */
const askEvery = 2_000;

/** `signedInAs`: somebody is signed in on this device already. Signing in as somebody else could lose a guest's account. */
export function DevicePage({ token, signedInAs }: { token: string; signedInAs: string | undefined }) {
	const words = useWords();
	const [, navigate] = useLocation();
	const [state, setState] = useState<State>({ type: "asking" });
	const claim = state.type === "opened" ? state.claim : undefined;

	useEffect(() => {
		if (claim === undefined) return;
		let isCurrent = true;
		let cancel = () => {};
		const ask = async () => {
			const result = await finishDeviceLink(token, claim);
			if (!isCurrent) return;
			if ("error" in result && result.error.code !== "unreachable") return setState({ type: "refused", text: result.error.message });
			if ("error" in result || result.value.state === "waiting") {
				cancel = clock.after(askEvery, ask);
				return;
			}
			navigate("/", { replace: true });
			await session.renew();
		};
		cancel = clock.after(askEvery, ask);
		return () => {
			isCurrent = false;
			cancel();
		};
	}, [claim, token, navigate]);

	const open = async () => {
		const result = await openDeviceLink(token);
		if ("error" in result) return setState({ type: "refused", text: result.error.message });
		const { claim, code, username } = result.value;
		setState({ type: "opened", claim, code, name: username });
	};

	if (signedInAs !== undefined) return <NoticePage text={words.alreadyIn(signedInAs)} hasWayHome />;
	switch (state.type) {
		case "asking":
			return <NoticePage text={words.addThis} action={{ label: words.addThisNow, act: () => void open() }} hasWayHome />;
		case "opened":
			return <NoticePage text={`${words.showsCode(state.name, state.code)} ${words.waiting}`} />;
		case "refused":
			return <NoticePage text={state.text} hasWayHome />;
		default:
			return state satisfies never;
	}
}
