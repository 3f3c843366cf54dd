// A dialog whose code is fetched when it is first wanted, and again where it could not be had.

import { type ComponentType, useEffect, useState } from "react";
import { strings } from "../strings.ts";
import { Modal } from "./Modal.tsx";

type State<P> = { type: "loading" } | { type: "here"; Part: ComponentType<P> } | { type: "failed" };

/** To be taken as any other component. */
export function later<P extends { onClose(): void }>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
	return function Later(props: P) {
		const [state, setState] = useState<State<P>>({ type: "loading" });
		useEffect(() => {
			load().then(
				(Part) => setState({ type: "here", Part }),
				() => setState({ type: "failed" }),
			);
		}, []);
		switch (state.type) {
			case "loading":
				return null;
			case "here":
				return <state.Part {...props} />;
			case "failed":
				return (
					<Modal title={strings.notLoadedTitle} onClose={props.onClose}>
						<p>{strings.notLoaded}</p>
					</Modal>
				);
			default:
				return state satisfies never;
		}
	};
}
