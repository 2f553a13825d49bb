"""The only translators between rows and what is reckoned with: rules, lists to be drawn, markets, keyed indexes."""
