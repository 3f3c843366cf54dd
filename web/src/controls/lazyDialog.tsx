// A dialog whose code is fetched when it is first wanted, and again where it could not be had.

import { type ComponentType, useEffect, useState } from "react";
import { useStrings } from "../languages/useStrings.ts";
import { Modal } from "./Modal.tsx";

type State<P> = { type: "loading" } | { type: "here"; Part: ComponentType<P> } | { type: "failed" };

/** To be taken as any other component. `Failed` stands in its place where it could not be had: a dialog, if nothing else is given. */
export function lazyDialog<P extends { onClose(): void }>(
	load: () => Promise<ComponentType<P>>,
	Failed: ComponentType<{ onClose(): void }> = NotLoaded,
): ComponentType<P> {
	let known: State<P> = { type: "loading" };
	return function LazyDialog(props: P) {
		const [state, setState] = useState(known);
		useEffect(() => {
			if (known.type === "here") return;
			load().then(
				(Part) => {
					known = { type: "here", Part };
					setState(known);
				},
				() => setState({ type: "failed" }),
			);
		}, []);
		switch (state.type) {
			case "loading":
				return null;
			case "here":
				return <state.Part {...props} />;
			case "failed":
				return <Failed onClose={props.onClose} />;
			default:
				return state satisfies never;
		}
	};
}

function NotLoaded({ onClose }: { onClose(): void }) {
	const strings = useStrings();
	return (
		<Modal title={strings.notLoadedTitle} onClose={onClose}>
			<p>{strings.notLoaded}</p>
		</Modal>
	);
}
