import { Component, type ReactNode } from 'react';

import { ErrorState } from '../ui/ErrorState';

interface Props {
  /** What is shown: something else may do better. */
  resetKey: string;
  children: ReactNode;
}

interface State {
  error: Error | null;
}

/** Keeps the trouble of one page away from the rest. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: Error): State {
    return { error };
  }

  override componentDidUpdate(before: Props) {
    if (before.resetKey !== this.props.resetKey && this.state.error) this.setState({ error: null });
  }

  override render() {
    const { error } = this.state;
    if (error === null) return this.props.children;
    return <ErrorState error={error} again={() => this.setState({ error: null })} />;
  }
}
