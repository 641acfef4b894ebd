// Keeps a mistake in one region of a page from taking the page with it.
import { Component, type ReactNode } from 'react';
import { Notice } from './Notice';

interface RegionBoundaryProps {
  /** What the region shows, as it is named in the sentence. */
  region: string;
  children: ReactNode;
}

export class RegionBoundary extends Component<RegionBoundaryProps, { error: Error | undefined }> {
  override state: { error: Error | undefined } = { error: undefined };

  static getDerivedStateFromError(thrown: unknown) {
    return { error: thrown instanceof Error ? thrown : new Error(String(thrown)) };
  }

  override render() {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <Notice
        mood="bad"
        alert
        title={`${this.props.region} cannot be shown`}
        actions={
          <button
            type="button"
            className="min-h-6 rounded-md border bg-card px-2.5 py-1 font-medium"
            onClick={() => this.setState({ error: undefined })}
          >
            Try again
          </button>
        }
      >
        This is a mistake in the console and not in the fleet: {error.message}
      </Notice>
    );
  }
}
