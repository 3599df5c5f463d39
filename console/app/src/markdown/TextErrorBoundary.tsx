import { Component, type ReactNode } from 'react';

import { PlainText } from './PlainText';

interface Props {
  text: string;
  children: ReactNode;
}

interface State {
  hasFailed: boolean;
  /** The text that was drawn last, or that could not be drawn. */
  text: string;
}

/** Shows a text as it is if it cannot be drawn, so that one text cannot break its page. */
export class TextErrorBoundary extends Component<Props, State> {
  override state: State = { hasFailed: false, text: this.props.text };

  static getDerivedStateFromError(): Partial<State> {
    return { hasFailed: true };
  }

  static getDerivedStateFromProps({ text }: Props, state: State): State | null {
    // A text that has grown fails again.
    if (state.hasFailed && text.startsWith(state.text)) return null;
    return { hasFailed: false, text };
  }

  override render() {
    return this.state.hasFailed ? <PlainText text={this.props.text} /> : this.props.children;
  }
}
